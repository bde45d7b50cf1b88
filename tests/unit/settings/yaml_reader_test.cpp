#include "settings/yaml_reader.h"

#include <gtest/gtest.h>

namespace millrace::settings {
namespace {

Problems problems_of(std::string_view text) {
    Problems problems;
    (void)read_yaml(text, problems);
    return problems;
}

TEST(YamlReader, KeepsTextsAndPlaces) {
    Problems problems;
    const auto root = read_yaml("a: no\nb:\n  - 1\n  - \"two\"\nc: ~\n", problems);
    ASSERT_TRUE(root);
    EXPECT_TRUE(problems.empty());
    ASSERT_EQ(root->entries.size(), 3u);
    EXPECT_EQ(root->entries[0].value.text, "no");
    EXPECT_EQ(root->entries[1].at.line, 2u);
    ASSERT_EQ(root->entries[1].value.items.size(), 2u);
    EXPECT_EQ(root->entries[1].value.items[1].text, "two");
    EXPECT_EQ(root->entries[1].value.items[1].at.line, 4u);
    EXPECT_EQ(root->entries[1].value.items[1].at.column, 5u);
    EXPECT_EQ(root->entries[2].value.kind, Node::Kind::Nothing);
}

TEST(YamlReader, EmptyTextIsNothing) {
    Problems problems;
    const auto root = read_yaml("# nothing yet\n", problems);
    ASSERT_TRUE(root);
    EXPECT_EQ(root->kind, Node::Kind::Nothing);
    EXPECT_TRUE(problems.empty());
}

TEST(YamlReader, RepeatedKeyIsRefusedWithBothPlaces) {
    const auto problems = problems_of("a:\n  b: 1\n  c: 2\n  b: 3\n");
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].key, "a.b");
    EXPECT_EQ(problems[0].at.line, 4u);
    EXPECT_NE(problems[0].message.find("line 2"), std::string::npos);
}

TEST(YamlReader, RefusesWhatHidesValues) {
    EXPECT_NE(problems_of("a: &x 1\n").at(0).message.find("anchors"), std::string::npos);
    EXPECT_NE(problems_of("a: !secret name\n").at(0).message.find("tags"), std::string::npos);
    EXPECT_NE(problems_of("a: 1\n---\nb: 2\n").at(0).message.find("one document"), std::string::npos);
    EXPECT_NE(problems_of("? [a, b]\n: 1\n").at(0).message.find("single word"), std::string::npos);
}

TEST(YamlReader, SyntaxErrorSaysWhere) {
    const auto problems = problems_of("a: 1\nb: [1, 2\nc: 3\n");
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_GE(problems[0].at.line, 2u);
    EXPECT_NE(problems[0].message.find("not YAML"), std::string::npos);
}

TEST(YamlReader, DepthIsBounded) {
    EXPECT_TRUE(problems_of(std::string(kMaxDepth, '[') + std::string(kMaxDepth, ']')).empty());
    EXPECT_EQ(problems_of(std::string(kMaxDepth + 1, '[') + std::string(kMaxDepth + 1, ']')).size(), 1u);
    EXPECT_EQ(problems_of(std::string(200'000, '[')).size(), 1u);
    EXPECT_EQ(problems_of(std::string(200'000, '{')).size(), 1u);
}

}  // namespace
}  // namespace millrace::settings
