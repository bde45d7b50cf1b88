#include "app/evaluation/category_evaluation.h"

#include <gtest/gtest.h>

#include <sstream>

#include <nlohmann/json.hpp>

#include "app/evaluation/category_report.h"
#include "trace_folder.h"

namespace millrace::app {
namespace {

using classify::Category;
using classify::index_of;

// The plain household's uses: a shower at 7, and 7.8 l at the other hours.
std::string plain_events(int days) {
    std::string text = "start_unix,end_unix,volume_ml,label\n";
    for (int day = 0; day < days; ++day) {
        for (const int hour : {6, 7, 9, 12, 13, 17, 18, 20, 22}) {
            const std::int64_t begin = kMonday + day * kSecondsPerDay + hour * 3600 + (day % 7) * 60;
            const int seconds = hour == 7 ? 600 : 60;
            text += std::to_string(begin) + "," + std::to_string(begin + seconds) + "," +
                    std::to_string(130 * seconds) + (hour == 7 ? ",shower\n" : ",toilet\n");
        }
    }
    return text;
}

void write_labelled_home(const TraceFolder& folder, int days) {
    folder.write("homes.csv",
                 "home,file,events_file,unit,ml_per_unit,utc_offset_or_tz,sample_s,gap_s,kind,notes\n"
                 "plain,trace_plain.csv,events_plain.csv,ml,1,UTC,10,900,made-up,\n");
    folder.write("trace_plain.csv", plain_days(days));
    folder.write("events_plain.csv", plain_events(days));
}

TEST(CategoryEvaluation, OfAPlainHouse) {
    const TraceFolder folder;
    write_labelled_home(folder, 20);
    CategoryOptions options;
    options.paths = {folder.path()};
    options.draws = 1;
    const auto homes = evaluate_categories(options);
    ASSERT_TRUE(homes) << homes.error().message;
    ASSERT_EQ(homes->size(), 2U) << "a fine meter and a coarse one";
    const HomeCategories& fine = homes->front();
    EXPECT_FALSE(fine.coarse);
    EXPECT_TRUE(homes->back().coarse);
    EXPECT_EQ(fine.uses, 180);
    EXPECT_EQ(fine.whole.of[index_of(Category::Toilet)].events, 160);
    EXPECT_EQ(fine.whole.of[index_of(Category::Shower)].events, 20);
    EXPECT_NEAR(fine.whole.of[index_of(Category::Shower)].truth_litres, 20 * 78, 1);
    EXPECT_GT(fine.whole.of[index_of(Category::Shower)].volume_f1(), 0.9);
    // Its flushes come by the clock, as a machine's fills do. Its owner's word puts that right.
    EXPECT_LT(fine.whole.volume_f1(), 0.9);
    ASSERT_EQ(fine.later.size(), 3U);
    EXPECT_EQ(fine.later[0].second.of[index_of(Category::Shower)].events, 12);
    EXPECT_EQ(fine.later[2].first, 100);
    EXPECT_GT(fine.later[2].second.volume_f1(), 0.95);
    std::int64_t banded = 0;
    for (const ConfidenceBand& band : fine.confidence) banded += band.uses;
    EXPECT_EQ(banded, 180);
    // The same seed, the same figures.
    const auto again = evaluate_categories(options);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->front().later[1].second.volume_f1(), fine.later[1].second.volume_f1());
}

TEST(CategoryEvaluation, IsToldInATableAndAsJson) {
    const TraceFolder folder;
    write_labelled_home(folder, 6);
    CategoryOptions options;
    options.paths = {folder.path()};
    options.labels = {0, 5};
    const auto homes = evaluate_categories(options);
    ASSERT_TRUE(homes);
    std::ostringstream table;
    print_category_table(*homes, table);
    EXPECT_NE(table.str().find("/plain"), std::string::npos);
    EXPECT_NE(table.str().find("5 labels"), std::string::npos);
    std::ostringstream text;
    print_category_json(*homes, text);
    const auto json = nlohmann::json::parse(text.str());
    EXPECT_EQ(json["homes"].size(), 2U);
    EXPECT_EQ(json["homes"][0]["categories"]["shower"]["events"], 6);
    EXPECT_TRUE(json["sets"].begin()->contains("fine"));
}

TEST(CategoryEvaluation, NeedsLabelledEvents) {
    const TraceFolder folder;
    folder.write_home("plain", "ml", "1", "UTC", plain_days(2));
    CategoryOptions options;
    options.paths = {folder.path()};
    const auto homes = evaluate_categories(options);
    ASSERT_FALSE(homes);
    EXPECT_NE(homes.error().message.find("events_file"), std::string::npos);
}

TEST(CategoryFigures, F1IsOfPrecisionAndRecall) {
    CategoryFigures figures;
    EXPECT_EQ(figures.volume_f1(), 0);
    EXPECT_EQ(figures.count_f1(), 0);
    figures.truth_litres = 10;
    figures.told_litres = 5;
    figures.right_litres = 5;
    EXPECT_DOUBLE_EQ(figures.volume_f1(), 2.0 / 3);
    figures.events = 4;
    figures.events_right = 2;
    figures.uses = 2;
    figures.uses_right = 2;
    EXPECT_DOUBLE_EQ(figures.count_f1(), 2.0 / 3);
    CategoryScore score;
    score.of[index_of(Category::Toilet)] = figures;
    score.of[index_of(Category::Shower)].truth_litres = 10;  // never told
    EXPECT_DOUBLE_EQ(score.volume_f1(), 1.0 / 3);
}

}  // namespace
}  // namespace millrace::app
