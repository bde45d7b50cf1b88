"""The programs of the whole-daemon tests."""
import importlib.util
import pathlib
import sys

DAEMON_TESTS = pathlib.Path(__file__).parents[1] / "daemon"
sys.path[:0] = [str(pathlib.Path(__file__).parent), str(DAEMON_TESTS)]
_spec = importlib.util.spec_from_file_location("daemon_conftest", DAEMON_TESTS / "conftest.py")
_conftest = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_conftest)
started = _conftest.started
