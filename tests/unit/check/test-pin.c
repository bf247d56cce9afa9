/* SPDX-License-Identifier: Apache-2.0 */
#include "check/pin.h"

#include <stdatomic.h>

#include "base/limits.h"
#include "tests/unit/test.h"

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define NEW "@sha256:" HEX
#define OLD "@sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

/* A registry that has everything but "gone", and counts. */
static int ask(void *context, struct str image, char ret_digest[DIGEST_TEXT_MAX], struct err *err)
{
	atomic_uint *asked = context;

	atomic_fetch_add(asked, 1);
	if (str_has_prefix(image, STR("gone")))
		return err_set(err, ERR_IO, "%.*s: nobody listens", STR_FMT(image));
	(void)snprintf(ret_digest, DIGEST_TEXT_MAX, "sha256:" HEX); /* fits */
	return 0;
}

struct work {
	struct arena arena;
	struct source_file file;
	struct pin_lookup *lookup;
	struct pins pins;
	struct strbuf out;
	atomic_uint asked;
	size_t n;
};

static void begin(struct work *w, struct str text, struct pin_options options)
{
	*w = (struct work){.file = {.path = STR("Dockerfile"), .bytes = text},
			   .out = STRBUF_INIT(65536)};
	arena_init(&w->arena, LIMIT_ARENA_BYTES);
	assert_int_equal(
		pin_lookup_new(&(struct pin_lookup_options){.ask = ask, .context = &w->asked},
			       &w->lookup, NULL),
		0);
	assert_int_equal(pins_plan(&w->file, &options, w->lookup, &w->arena, &w->pins, NULL), 0);
	assert_int_equal(pin_lookup_run(w->lookup, NULL), 0);
	assert_int_equal(pins_settle(&w->pins, w->lookup, &w->arena, NULL), 0);
	assert_int_equal(pins_apply(&w->pins, &w->out, &w->n, NULL), 0);
}

static void end(struct work *w)
{
	pin_lookup_free(w->lookup);
	strbuf_done(&w->out);
	arena_done(&w->arena);
}

TEST(a_digest_stands_behind_the_tag)
{
	static const struct {
		struct str text;
		const char *want;
		struct pin_options options;
	} rows[] = {
		{STR("FROM a:1\n"), "FROM a:1" NEW "\n", {0}},
		{STR("FROM a\n"), "FROM a:latest" NEW "\n", {0}},
		{STR("FROM h:5000/a\n"), "FROM h:5000/a:latest" NEW "\n", {0}},
		{STR("FROM a:1" OLD "\n"), "FROM a:1" OLD "\n", {0}},
		{STR("FROM a:1" OLD " AS b\n"), "FROM a:1" NEW " AS b\n", {.update = true}},
		{STR("FROM a" OLD "\n"), "FROM a" OLD "\n", {.update = true}},
		{STR("FROM h:5000/a" OLD "\n"), "FROM h:5000/a" OLD "\n", {.update = true}},
		{STR("FROM a:1\nFROM b:1" OLD "\n"),
		 "FROM a:1\nFROM b:1" NEW "\n",
		 {.update = true, .only_refresh = true}},
		{STR("FROM gone:1\nFROM a:1\n"), "FROM gone:1\nFROM a:1" NEW "\n", {0}},
		{STR("ARG B=a:1\nFROM $B\nFROM $B\n"), "ARG B=a:1" NEW "\nFROM $B\nFROM $B\n", {0}},
		{STR("# syntax=a:1\nFROM a:1\n"), "# syntax=a:1\nFROM a:1" NEW "\n", {0}},
		{STR("# syntax=a:1\nFROM a:1\n"),
		 "# syntax=a:1" NEW "\nFROM a:1" NEW "\n",
		 {.frontends = true}},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct work w;

		begin(&w, rows[i].text, rows[i].options);
		assert_str(strbuf_str(&w.out), rows[i].want);
		end(&w);
	}
}

TEST(an_image_is_asked_for_once)
{
	struct work w;

	begin(&w,
	      STR("FROM a\nFROM a:latest\nFROM a:latest" OLD "\nFROM b:1\nCOPY --from=b:1 x y\n"),
	      (struct pin_options){.update = true});
	assert_int_equal(w.asked, 2);
	assert_int_equal(w.n, 5);
	assert_int_equal(pin_lookup_run(w.lookup, NULL), 0);
	assert_int_equal(w.asked, 2); /* answers are kept */
	end(&w);
}

TEST(what_stays_says_why)
{
	static const struct {
		enum pin_state state;
		const char *why;
	} rows[] = {
		{PIN_FAILED, "gone:1: nobody listens; run it again when the registry answers"},
		{PIN_BLOCKED, "a digest without a tag cannot be refreshed"},
		{PIN_UNKNOWN, "a variable without a default"},
		{PIN_BLOCKED, "A:1"},
		{PIN_RENEWED, NULL},
		{PIN_STAYS, NULL},
	};
	struct work w;

	begin(&w,
	      STR("FROM gone:1\nFROM a" OLD "\nFROM $X\nFROM A:1\nFROM a:1" OLD "\nFROM a:1" NEW
		  "\n"),
	      (struct pin_options){.update = true});
	assert_int_equal(w.pins.n, ARRAY_LEN(rows));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(w.pins.p[i].state, rows[i].state);
		if (rows[i].why)
			assert_has(w.pins.p[i].why.p, rows[i].why);
	}
	end(&w);
}

TEST(only_images_of_a_place_are_edited)
{
	struct edits edits;
	struct work w;
	size_t n;

	begin(&w, STR("FROM a:1\nFROM b:1\nFROM c:1\n"), (struct pin_options){0});
	edits_init(&edits);
	assert_int_equal(pins_edit(&w.pins, 9, 17, &edits, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(((const struct edit *)vec_at(&edits.list, 0))->start, 17);
	edits_done(&edits);
	end(&w);
}

TEST(a_result_that_is_not_what_was_meant_is_refused)
{
	struct strbuf out = STRBUF_INIT(65536);
	struct err err = {0};
	struct work w;
	size_t n;

	begin(&w, STR("FROM a:1\n"), (struct pin_options){0});
	w.pins.p[0].pinned = STR("a:1 AS x");
	assert_int_equal(pins_apply(&w.pins, &out, &n, &err), -ERR_FORMAT);
	assert_has(err.msg, "line 1: a:1 cannot be pinned without a change of something else");
	strbuf_done(&out);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_digest_stands_behind_the_tag),
		RUN(an_image_is_asked_for_once),
		RUN(what_stays_says_why),
		RUN(only_images_of_a_place_are_edited),
		RUN(a_result_that_is_not_what_was_meant_is_refused),
	};

	return RUN_ALL(tests);
}
