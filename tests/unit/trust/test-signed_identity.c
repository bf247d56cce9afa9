/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "codec/json.h"
#include "trust/signed_identity.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static int parse(const char *text, struct arena *a, struct signed_identity *ret, struct err *err)
{
	CLEANUP(json_freep) struct json *doc = NULL;

	assert_int_equal(json_parse(str_of(text), &doc, NULL), 0);
	return signed_identity_parse(doc, "at", a, ret, err);
}

static const struct {
	const char *rule, *image, *signed_name;
	bool matches;
} rows[] = {
	{"matchExact", "example.com/a:1", "example.com/a:1", true},
	{"matchExact", "example.com/a:1", "example.com/a:2", false},
	{"matchExact", "example.com/a:1", "example.com/a", false},
	{"matchExact", "busybox", "docker.io/library/busybox:latest", true},
	{"matchExact", "example.com/a@sha256:" HEX, "example.com/a:1", false},
	{"matchExact", "example.com/a@sha256:" HEX, "example.com/a@sha256:" HEX, true},
	{"matchRepoDigestOrExact", "example.com/a:1", "example.com/a:1", true},
	{"matchRepoDigestOrExact", "example.com/a:1", "example.com/a:2", false},
	{"matchRepoDigestOrExact", "example.com/a@sha256:" HEX, "example.com/a:2", true},
	{"matchRepoDigestOrExact", "example.com/a@sha256:" HEX, "example.com/b:2", false},
	{"matchRepoDigestOrExact", "example.com/a@sha256:" HEX, "example.com/a", false},
	{"matchRepoDigestOrExact", "example.com/a:1@sha256:" HEX, "example.com/a:2", false},
	{"matchRepoDigestOrExact", "example.com/a:1@sha256:" HEX, "example.com/a:1", true},
	{"matchRepository", "example.com/a:1", "example.com/a:2", true},
	{"matchRepository", "example.com/a:1", "example.com/a", true},
	{"matchRepository", "example.com/a:1", "example.com/a/b:1", false},
	{"matchRepository", "example.com/a:1", "", false},
	{"matchRepository", "example.com/a:1", "example.com/A:1", false},
};

TEST(names_match_as_the_rule_says)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct signed_identity rule;
		struct image_identity image;
		struct err err = {0};
		char text[128];
		int r;

		snprintf(text, sizeof text, "{\"type\":\"%s\"}", rows[i].rule);
		assert_int_equal(parse(text, &a, &rule, NULL), 0);
		assert_int_equal(image_identity_parse(str_of(rows[i].image), &a, &image, NULL), 0);
		r = signed_identity_match(&rule, &image, str_of(rows[i].signed_name), &a, &err);
		if (r != (rows[i].matches ? 0 : -ERR_DENIED))
			fail_msg("row %zu: %d %s", i, r, err.msg);
	}
	arena_done(&a);
}

static const struct {
	const char *rule, *image, *signed_name;
	bool matches;
} fixed[] = {
	{"{\"type\":\"exactReference\",\"dockerReference\":\"example.com/b:1\"}", "example.com/a:1",
	 "example.com/b:1", true},
	{"{\"type\":\"exactReference\",\"dockerReference\":\"example.com/b:1\"}", "example.com/a:1",
	 "example.com/b:2", false},
	{"{\"type\":\"exactReference\",\"dockerReference\":\"example.com/b:1\"}", "example.com/b:1",
	 "example.com/a:1", false},
	{"{\"type\":\"exactRepository\",\"dockerRepository\":\"example.com/b\"}", "example.com/a:1",
	 "example.com/b:7", true},
	{"{\"type\":\"exactRepository\",\"dockerRepository\":\"busybox\"}", "example.com/a:1",
	 "docker.io/library/busybox", true},
	{"{\"type\":\"exactRepository\",\"dockerRepository\":\"example.com/b\"}", "example.com/a:1",
	 "example.com/a:1", false},
	{"{\"type\":\"remapIdentity\",\"prefix\":\"m.example.com:5000/v\",\"signedPrefix\":"
	 "\"vendor.example.com\"}",
	 "m.example.com:5000/v/p/a:1", "vendor.example.com/p/a:1", true},
	{"{\"type\":\"remapIdentity\",\"prefix\":\"m.example.com:5000/v\",\"signedPrefix\":"
	 "\"vendor.example.com\"}",
	 "m.example.com:5000/v/p/a:1", "m.example.com:5000/v/p/a:1", false},
	{"{\"type\":\"remapIdentity\",\"prefix\":\"m.example.com:5000/v\",\"signedPrefix\":"
	 "\"vendor.example.com\"}",
	 "m.example.com:5000/v/p/a:1", "vendor.example.com/p/a:2", false},
	{"{\"type\":\"remapIdentity\",\"prefix\":\"m.example.com:5000/v\",\"signedPrefix\":"
	 "\"vendor.example.com\"}",
	 "m.example.com:5000/vv/a:1", "m.example.com:5000/vv/a:1", true},
	{"{\"type\":\"remapIdentity\",\"prefix\":\"localhost:5000\",\"signedPrefix\":"
	 "\"docker.io\"}",
	 "localhost:5000/library/busybox:1", "busybox:1", true},
};

TEST(names_that_a_rule_fixes_or_maps)
{
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
		struct signed_identity rule;
		struct image_identity image;
		struct err err = {0};
		int r = parse(fixed[i].rule, &a, &rule, &err);

		if (r < 0)
			fail_msg("row %zu: %s", i, err.msg);
		assert_int_equal(image_identity_parse(str_of(fixed[i].image), &a, &image, NULL), 0);
		r = signed_identity_match(&rule, &image, str_of(fixed[i].signed_name), &a, &err);
		if (r != (fixed[i].matches ? 0 : -ERR_DENIED))
			fail_msg("row %zu: %d %s", i, r, err.msg);
	}
	arena_done(&a);
}

TEST(an_image_without_a_name_needs_a_rule_that_has_one)
{
	struct image_identity dir = {.transport = STR("dir"), .path = STR("/a")};
	struct signed_identity rule;
	struct err err = {0};
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(parse("{\"type\":\"matchRepository\"}", &a, &rule, NULL), 0);
	assert_int_equal(signed_identity_match(&rule, &dir, STR("example.com/a:1"), &a, &err),
			 -ERR_DENIED);
	assert_has(err.msg, "an image of dir: has no name to compare");
	assert_int_equal(parse("{\"type\":\"exactRepository\",\"dockerRepository\":"
			       "\"example.com/a\"}",
			       &a, &rule, NULL),
			 0);
	assert_int_equal(signed_identity_match(&rule, &dir, STR("example.com/a:1"), &a, NULL), 0);
	arena_done(&a);
}

TEST(a_rule_that_is_not_known_is_refused)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{"[]", "at: is no object"},
		{"{}", "at: \"type\" is no string"},
		{"{\"type\":\"matchAny\"}", "at: type \"matchAny\" is not known"},
		{"{\"type\":\"matchExact\",\"x\":1}", "at: \"x\" is not known here"},
		{"{\"type\":\"exactReference\"}", "at: \"dockerReference\" is missing"},
		{"{\"type\":\"exactReference\",\"dockerReference\":\"a/b\"}",
		 "has neither tag nor digest"},
		{"{\"type\":\"exactReference\",\"dockerReference\":\"A B\"}",
		 "at: dockerReference: "},
		{"{\"type\":\"exactRepository\",\"dockerRepository\":\"\"}", "is empty"},
		{"{\"type\":\"remapIdentity\",\"prefix\":\"a\"}", "\"signedPrefix\" is missing"},
		{"{\"type\":\"remapIdentity\",\"prefix\":\"a/b:1\",\"signedPrefix\":\"c\"}",
		 "is neither a registry nor a full name below one"},
		{"{\"type\":\"remapIdentity\",\"prefix\":\"example.com\",\"signedPrefix\":\"a/b\"}",
		 "is neither a registry nor a full name below one"},
	};
	struct arena a;

	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct signed_identity rule;
		struct err err = {0};

		if (parse(bad[i].text, &a, &rule, &err) >= 0)
			fail_msg("taken: %s", bad[i].text);
		assert_has(err.msg, bad[i].says);
	}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(names_match_as_the_rule_says),
		RUN(names_that_a_rule_fixes_or_maps),
		RUN(an_image_without_a_name_needs_a_rule_that_has_one),
		RUN(a_rule_that_is_not_known_is_refused),
	};

	return RUN_ALL(tests);
}
