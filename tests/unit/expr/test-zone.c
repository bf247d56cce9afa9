/* SPDX-License-Identifier: Apache-2.0 */
#include "expr/zone.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "unit/test.h"

#define ZEROS15 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

/* No data at all for readers of version 1. */
#define EMPTY_V1 "TZif2" ZEROS15 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0"

/* Two transitions: -1000 to +1:00, 1000 to +2:00; before them +0:30. */
#define TWO_V2                                                                                     \
	EMPTY_V1 "TZif2" ZEROS15 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\3\0\0\0\4"                \
		 "\xff\xff\xff\xff\xff\xff\xfc\x18\0\0\0\0\0\0\3\xe8"                              \
		 "\1\2"                                                                            \
		 "\0\0\x07\x08\0\0"                                                                \
		 "\0\0\x0e\x10\0\0"                                                                \
		 "\0\0\x1c\x20\1\0"                                                                \
		 "AAA\0"
static const char two[] = TWO_V2 "\nEET-2\n";
static const char two_open[] = TWO_V2 "\n\n";
static const char seasons[] = TWO_V2 "\nCET-1CEST,M3.5.0,M10.5.0/3\n";

static const char version_1[] = "TZif\0" ZEROS15 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\2\0\0\0\4"
				"\xff\xff\xff\xff"
				"\1"
				"\0\0\x07\x08\0\0"
				"\xff\xff\xf1\xf0\0\0"
				"AAA\0";

static void zone_freep(struct zone **z)
{
	zone_free(*z);
}

static struct zone *parsed(const char *p, size_t n)
{
	struct zone *z = NULL;
	struct err err = {0};

	if (zone_parse(str_make(p, n), &z, &err) < 0)
		fail_msg("%s", err.msg);
	return z;
}

TEST(offsets_change_at_transitions)
{
	CLEANUP(zone_freep) struct zone *z = parsed(two, sizeof two - 1);

	assert_int_equal(zone_offset(z, INT64_MIN), 1800);
	assert_int_equal(zone_offset(z, -1001), 1800);
	assert_int_equal(zone_offset(z, -1000), 3600);
	assert_int_equal(zone_offset(z, 999), 3600);
	assert_int_equal(zone_offset(z, 1000), 7200);
	assert_int_equal(zone_offset(z, INT64_C(253402300799)), 7200);
}

TEST(the_rule_of_the_footer_goes_on)
{
	CLEANUP(zone_freep) struct zone *z = parsed(seasons, sizeof seasons - 1);
	CLEANUP(zone_freep) struct zone *open = parsed(two_open, sizeof two_open - 1);

	assert_int_equal(zone_offset(z, -1), 3600);
	assert_int_equal(zone_offset(z, INT64_C(4118083200)), 7200); /* 2100-07-01 */
	assert_int_equal(zone_offset(z, INT64_C(4102444800)), 3600); /* 2100-01-01 */
	assert_int_equal(zone_offset(open, INT64_C(4102444800)), 7200);
}

TEST(the_first_version_has_short_times)
{
	CLEANUP(zone_freep) struct zone *z = parsed(version_1, sizeof version_1 - 1);

	assert_int_equal(zone_offset(z, -2), 1800);
	assert_int_equal(zone_offset(z, -1), -3600);
	assert_int_equal(zone_offset(z, INT64_C(4102444800)), -3600);
}

TEST(every_cut_is_an_error)
{
	struct err err;

	for (size_t n = 0; n < sizeof seasons - 1; n++) {
		CLEANUP(freep) char *copy = malloc(n + 1);
		struct zone *z = NULL;

		assert_non_null(copy);
		memcpy(copy, seasons, n);
		err = (struct err){0};
		assert_int_equal(zone_parse(str_make(copy, n), &z, &err), -ERR_FORMAT);
		assert_null(z);
	}
	assert_has(err.msg, "no time zone file (TZif): broken at offset ");
}

TEST(every_changed_byte_is_survived)
{
	char copy[sizeof seasons - 1];

	for (size_t i = 0; i < sizeof copy * 8; i++) {
		struct zone *z = NULL;

		memcpy(copy, seasons, sizeof copy);
		copy[i / 8] = (char)(copy[i / 8] ^ 1 << i % 8);
		if (zone_parse(str_make(copy, sizeof copy), &z, NULL) == 0)
			(void)zone_offset(z, INT64_C(4102444800));
		zone_free(z);
	}
}

TEST(fixed_offsets_need_no_data)
{
	static const struct {
		const char *name;
		int32_t want;
	} good[] = {
		{"", 0},	   {"UTC", 0},	      {"+00:00", 0},   {"-00:00", 0},
		{"+11:00", 39600}, {"-02:30", -9000}, {"02:00", 7200}, {"+23:59", 86340},
	};
	static const char *const bad[] = {"utc",    "+",      "-",	"+1:00", "+11",	  "+1100",
					  "+24:00", "+11:60", "++1:00", "-UTC",	 "11:0x", "1:2:3"};
	int32_t seconds = 7;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(zone_fixed_parse(str_of(good[i].name), &seconds));
		assert_int_equal(seconds, good[i].want);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(zone_fixed_parse(str_of(bad[i]), &seconds));
}

struct folder {
	char path[64];
};

static void folder_make(struct folder *f)
{
	char file[96];
	CLEANUP(fd_closep) int fd = -1;

	(void)snprintf(f->path, sizeof f->path, "/tmp/plimsoll-zone.XXXXXX");
	assert_non_null(mkdtemp(f->path));
	(void)snprintf(file, sizeof file, "%s/Area", f->path);
	assert_int_equal(mkdir(file, 0700), 0);
	fd = open(file, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(file_write_atomic(fd, "City", str_make(two, sizeof two - 1), NULL), 0);
	assert_int_equal(file_write_atomic(fd, "Table", STR("a text"), NULL), 0);
}

static void folder_remove(struct folder *f)
{
	static const char *const names[] = {"Area/City", "Area/Table", "Area", ""};
	char file[96];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		(void)snprintf(file, sizeof file, "%s/%s", f->path, names[i]);
		(void)remove(file);
	}
}

TEST(a_zone_is_read_by_its_name)
{
	CLEANUP(folder_remove) struct folder f;
	CLEANUP(zone_freep) struct zone *z = NULL;

	folder_make(&f);
	assert_int_equal(zone_read(f.path, STR("Area/City"), &z, NULL), 0);
	assert_int_equal(zone_offset(z, 0), 3600);
}

TEST(a_zone_that_is_none_says_why)
{
	CLEANUP(folder_remove) struct folder f;
	static const struct {
		const char *name;
		int code;
		const char *why;
	} rows[] = {
		{"Area/Town", -ERR_NOT_FOUND, "time zone \"Area/Town\" is not known"},
		{"right/City", -ERR_NOT_FOUND, "time zone \"right/City\" is not known"},
		{"Area/Table", -ERR_FORMAT, "time zone \"Area/Table\": no time zone file"},
		{"../etc/passwd", -ERR_FORMAT, "\"../etc/passwd\" is no time zone: expected UTC"},
		{"/etc/localtime", -ERR_FORMAT, "is no time zone"},
		{"Area//City", -ERR_FORMAT, "is no time zone"},
		{"Area/", -ERR_FORMAT, "is no time zone"},
		{"Area/City\n", -ERR_FORMAT, "is no time zone"},
		{"", -ERR_FORMAT, "is no time zone"},
		{"A123456789A123456789A123456789A123456789A123456789A123456789A1234", -ERR_FORMAT,
		 "is no time zone"},
	};

	folder_make(&f);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct zone *z = NULL;
		struct err err = {0};

		assert_int_equal(zone_read(f.path, str_of(rows[i].name), &z, &err), rows[i].code);
		assert_has(err.msg, rows[i].why);
		assert_null(z);
	}
}

TEST(the_zones_of_the_system_are_loaded_once)
{
	struct err err = {0};

	assert_null(zone_find(STR("Europe/Berlin")));
	if (zone_load_all(&err) < 0) {
		assert_has(err.msg, "only UTC and fixed offsets are known");
		skip();
	}
	assert_int_equal(zone_load_all(NULL), 0);
	assert_null(zone_find(STR("Europe/Nowhere")));
	assert_int_equal(zone_offset(zone_find(STR("Europe/Berlin")), 0), 3600);
	assert_int_equal(zone_offset(zone_find(STR("America/Argentina/Salta")), 0), -10800);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(offsets_change_at_transitions),
		RUN(the_rule_of_the_footer_goes_on),
		RUN(the_first_version_has_short_times),
		RUN(every_cut_is_an_error),
		RUN(every_changed_byte_is_survived),
		RUN(fixed_offsets_need_no_data),
		RUN(a_zone_is_read_by_its_name),
		RUN(a_zone_that_is_none_says_why),
		RUN(the_zones_of_the_system_are_loaded_once),
	};

	return RUN_ALL(tests);
}
