/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "lsp/document.h"

#define WIDE "\xf0\x9f\x98\x80"

static struct document *open(struct documents *all, const char *uri, const char *language,
			     const char *text)
{
	struct document *d = NULL;

	assert_int_equal(
		documents_open(all, str_of(uri), str_of(language), str_of(text), 1, &d, NULL), 0);
	return d;
}

static const struct {
	const char *before;
	struct range range;
	const char *text, *after;
} rows[] = {
	{"ab\ncd", {{0, 1}, {1, 1}}, "X", "aXd"},
	{"ab\ncd", {{0, 9}, {0, 99}}, "X", "abX\ncd"},
	{"ab\ncd", {{9, 0}, {9, 9}}, "X", "ab\ncdX"},
	{"a" WIDE "b", {{0, 3}, {0, 3}}, "X", "a" WIDE "Xb"},
	{"a" WIDE "b", {{0, 1}, {0, 3}}, "", "ab"},
	{"a\r\nb\rc\n", {{2, 0}, {2, 1}}, "X", "a\r\nb\rX\n"},
	{"", {{0, 0}, {0, 0}}, "a\n", "a\n"},
	{"abc", {{0, 0}, {0, 3}}, "", ""},
};

TEST(a_change_replaces_its_range_in_utf16)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(documents_done) struct documents all;
		uint64_t budget = 1000;
		struct document *d;

		documents_init(&all);
		d = open(&all, "file:///a", "dockerfile", rows[i].before);
		assert_int_equal(document_change(d, POSITION_UTF16, &rows[i].range,
						 str_of(rows[i].text), &budget, NULL),
				 0);
		assert_str(strbuf_str(&d->text), rows[i].after);
	}
}

TEST(a_range_that_ends_before_it_starts_is_refused)
{
	CLEANUP(documents_done) struct documents all;
	const struct range range = {{1, 0}, {0, 1}};
	uint64_t budget = 1000;
	struct err err = {0};
	struct document *d;

	documents_init(&all);
	d = open(&all, "file:///a", "dockerfile", "ab\ncd");
	assert_int_equal(document_change(d, POSITION_UTF16, &range, STR("x"), &budget, &err),
			 -ERR_FORMAT);
	assert_has(err.msg, "a range that ends before it starts");
	assert_str(strbuf_str(&d->text), "ab\ncd");
}

TEST(the_work_of_many_changes_is_bounded)
{
	CLEANUP(documents_done) struct documents all;
	const struct range range = {{0, 0}, {0, 0}};
	uint64_t budget = 20;
	struct err err = {0};
	struct document *d;
	int r = 0, n = 0;

	documents_init(&all);
	d = open(&all, "file:///a", "dockerfile", "abcd");
	for (; r == 0; n++)
		r = document_change(d, POSITION_UTF16, &range, STR("x"), &budget, &err);
	assert_int_equal(r, -ERR_LIMIT);
	assert_int_equal(n, 4); /* 5 + 6 + 7 bytes, then 8 */
	assert_has(err.msg, "lsp_change_bytes");
}

TEST(a_document_cannot_grow_without_end)
{
	CLEANUP(documents_done) struct documents all;
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LIMIT_LSP_DOCUMENT_BYTES);
	const struct range range = {{0, 0}, {0, 0}};
	uint64_t budget = LIMIT_LSP_CHANGE_BYTES;
	struct err err = {0};
	struct document *d;

	documents_init(&all);
	memset(strbuf_reserve(&text, LIMIT_LSP_DOCUMENT_BYTES), 'a', LIMIT_LSP_DOCUMENT_BYTES);
	strbuf_commit(&text, LIMIT_LSP_DOCUMENT_BYTES);
	d = open(&all, "file:///a", "dockerfile", strbuf_cstr(&text));
	assert_int_equal(document_change(d, POSITION_UTF16, &range, STR("x"), &budget, &err),
			 -ERR_LIMIT);
	assert_has(err.msg, "lsp_document_bytes");
}

/* What an editor calls it, its address, its text; what it is. */
static const struct {
	const char *said, *uri, *text, *language;
} kinds[] = {
	{"dockerfile", "file:///x/any.thing", "", "dockerfile"},
	{"Dockerfile", "untitled:Untitled-1", "", "dockerfile"},
	{"dockercompose", "file:///x/stack.yml", "", "compose"},
	{"yaml.docker-compose", "file:///x/stack.yml", "", "compose"},
	{"yaml", "file:///x/compose.yaml", "", "compose"},
	{"yaml", "file:///x/a.yaml", "apiVersion: v1\nkind: Pod\n", "kubernetes"},
	{"json", "file:///x/a.json", "{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}", "kubernetes"},
	{"plaintext", "file:///x/Containerfile", "", "dockerfile"},
	{"yaml", "file:///x/a.yaml", "a: b\n", NULL},
	{"plaintext", "file:///x/notes", "FROM here\n", NULL},
};

TEST(the_language_is_said_or_seen)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		CLEANUP(documents_done) struct documents all;
		struct source_file f;

		documents_init(&all);
		f = document_source(open(&all, kinds[i].uri, kinds[i].said, kinds[i].text));
		if (!kinds[i].language)
			assert_null(f.language);
		else
			assert_string_equal(f.language ? f.language->id : "none",
					    kinds[i].language);
	}
}

TEST(documents_are_found_until_they_are_closed)
{
	CLEANUP(documents_done) struct documents all;
	struct document *a, *b;

	documents_init(&all);
	a = open(&all, "file:///a%20b", "dockerfile", "1");
	b = open(&all, "untitled:b", "dockerfile", "2");
	assert_string_equal(a->path, "/a b");
	assert_null(b->path);
	assert_ptr_equal(documents_find(&all, STR("untitled:b")), b);
	assert_ptr_equal(open(&all, "file:///a%20b", "dockerfile", "3"), a);
	assert_str(strbuf_str(&a->text), "3");
	documents_close(&all, a);
	assert_null(documents_find(&all, STR("file:///a%20b")));
	assert_ptr_equal(documents_at(&all, 0), b);
	assert_null(documents_at(&all, 1));
}

TEST(documents_are_counted)
{
	CLEANUP(documents_done) struct documents all;
	struct document *d = NULL;
	struct err err = {0};
	char uri[64];

	documents_init(&all);
	for (int i = 0; i < LIMIT_LSP_DOCUMENTS; i++) {
		(void)snprintf(uri, sizeof uri, "file:///%d", i);
		(void)open(&all, uri, "dockerfile", "");
	}
	assert_int_equal(documents_open(&all, STR("file:///x"), STR(""), STR(""), 1, &d, &err),
			 -ERR_LIMIT);
	assert_has(err.msg, "lsp_documents (1024)");
	assert_null(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_change_replaces_its_range_in_utf16),
		RUN(a_range_that_ends_before_it_starts_is_refused),
		RUN(the_work_of_many_changes_is_bounded),
		RUN(a_document_cannot_grow_without_end),
		RUN(the_language_is_said_or_seen),
		RUN(documents_are_found_until_they_are_closed),
		RUN(documents_are_counted),
	};

	return RUN_ALL(tests);
}
