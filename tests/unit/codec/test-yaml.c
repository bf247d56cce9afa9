/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/yaml.h"
#include "base/limits.h"
#include "base/strbuf.h"
#include "tests/unit/test.h"

static int parse(struct str text, struct yaml_file **ret, struct err *err)
{
	CLEANUP(freep) char *copy = malloc(text.n + 1); /* exact size, so that overruns show */

	assert_non_null(copy);
	if (text.n)
		memcpy(copy, text.p, text.n);
	return yaml_parse(str_make(copy, text.n), ret, err);
}

TEST(maps_lists_and_scalars_are_found_with_their_lines)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	const struct yaml_node *doc, *list, *key, *value;

	assert_int_equal(parse(STR("name: core\nlist: [a, \"1.0\"]\nmap:\n  k: |\n    x\n    y\n"
				   "none:\n"),
			       &file, NULL),
			 0);
	assert_int_equal(yaml_n_documents(file), 1);
	doc = yaml_document(file, 0);
	assert_str(yaml_get_str(doc, "name"), "core");
	assert_true(yaml_is_plain(yaml_get(doc, "name")));
	list = yaml_get(doc, "list");
	assert_int_equal(yaml_len(list), 2);
	assert_str(yaml_str(yaml_at(list, 1)), "1.0");
	assert_false(yaml_is_plain(yaml_at(list, 1)));
	assert_int_equal(yaml_line(list), 2);
	assert_str(yaml_get_str(yaml_get(doc, "map"), "k"), "x\ny\n");
	assert_str(yaml_get_str(doc, "none"), "");
	assert_int_equal(yaml_kind_of(yaml_get(doc, "other")), YAML_ABSENT);
	assert_int_equal(yaml_len(doc), 4);
	assert_true(yaml_entry(doc, 2, &key, &value));
	assert_str(yaml_str(key), "map");
	assert_int_equal(yaml_kind_of(value), YAML_MAP);
	assert_false(yaml_entry(doc, 4, &key, &value));
}

TEST(each_document_of_a_stream_is_kept)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;

	assert_int_equal(parse(STR("a: 1\n---\nb: 2\n"), &file, NULL), 0);
	assert_int_equal(yaml_n_documents(file), 2);
	assert_str(yaml_get_str(yaml_document(file, 1), "b"), "2");
	assert_null(yaml_document(file, 2));
}

TEST(an_empty_file_has_no_document)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;

	assert_int_equal(parse(STR(""), &file, NULL), 0);
	assert_int_equal(yaml_n_documents(file), 0);
	assert_int_equal(yaml_len(yaml_document(file, 0)), 0);
}

TEST(an_alias_is_the_node_of_its_anchor)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	const struct yaml_node *doc;

	assert_int_equal(parse(STR("a: &x [1]\nb: *x\n"), &file, NULL), 0);
	doc = yaml_document(file, 0);
	assert_ptr_equal(yaml_get(doc, "a"), yaml_get(doc, "b"));
}

TEST(what_is_wrong_is_said_with_its_line)
{
	static const struct {
		const char *text;
		enum err_code code;
		const char *message;
	} rows[] = {
		{"a: 1\na: 2\n", ERR_FORMAT, "line 2, column 1: key \"a\" is there twice"},
		{"a: 1\n%\"\xa6", ERR_FORMAT, "line 2, byte 3 of it: not UTF-8: 0xa6"},
		{"a: 1\nb: \001\n", ERR_FORMAT, "line "},
		{"a: *x\n", ERR_FORMAT, "line 1, column 4: no anchor \"x\" before this"},
		{"a: &x [*x]\n", ERR_FORMAT, "line 1, column 8: no anchor \"x\" before this"},
		{"a: [1\n", ERR_FORMAT, "line "},
		{"a: \"b\n", ERR_FORMAT, "line "},
		{"\tb: c: d\n", ERR_FORMAT, "line "},
		{"a: 1\n--- *x\n", ERR_FORMAT, "line 2, column 5: no anchor"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
		struct err err = {0};

		assert_int_equal(parse(str_of(rows[i].text), &file, &err), -(int)rows[i].code);
		assert_has(err.msg, rows[i].message);
	}
}

TEST(limits_are_kept)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1 << 20);
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	struct err err = {0};

	for (int i = 0; i < LIMIT_YAML_DEPTH + 1; i++)
		strbuf_adds(&sb, "- ");
	assert_int_equal(parse(strbuf_str(&sb), &file, &err), -ERR_LIMIT);
	assert_string_equal(err.msg, "line 1: nested deeper than yaml_depth (100)");
	strbuf_reset(&sb);
	strbuf_adds(&sb, "- &a 1\n");
	for (int i = 0; i < LIMIT_YAML_ALIASES + 1; i++)
		strbuf_adds(&sb, "- *a\n");
	assert_int_equal(parse(strbuf_str(&sb), &file, &err), -ERR_LIMIT);
	assert_has(err.msg, "more than yaml_aliases (1000)");
}

TEST(a_node_knows_where_it_begins_and_ends)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	struct err err = {0};
	const struct yaml_node *doc, *value;
	struct yaml_place p;

	assert_int_equal(parse(STR("a:\n  \xc3\xa4: 'x y' # c\n  z: [1,\n    2]\n"), &file, &err),
			 0);
	doc = yaml_document(file, 0);
	value = yaml_get(yaml_get(doc, "a"), "\xc3\xa4");
	p = yaml_place(value);
	assert_int_equal(p.line, 2);
	assert_int_equal(p.column, 6); /* in characters, the quote counts */
	assert_int_equal(p.end_column, 11);
	p = yaml_place(yaml_find(yaml_get(doc, "a"), STR("z")));
	assert_int_equal(p.line, 3);
	assert_int_equal(p.end_line, 4);
	assert_int_equal(p.end_column, 7);
	assert_int_equal(yaml_place(NULL).line, 0);
}

TEST(a_mark_at_the_start_is_no_column)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	struct yaml_place place;

	assert_int_equal(parse(STR("\xef\xbb\xbf"
				   "a: 1\nb: 2\n"),
			       &file, NULL),
			 0);
	assert_str(yaml_get_str(yaml_document(file, 0), "b"), "2");
	place = yaml_place(yaml_get(yaml_document(file, 0), "a"));
	assert_int_equal(place.line, 1);
	assert_int_equal(place.column, 4);
}

/* Large maps have an index; merged pairs and keys that are no scalars must not upset it. */
TEST(each_key_of_a_large_map_is_found)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1000000);
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	const struct yaml_node *doc, *key, *value;

	strbuf_adds(&sb, "a: &a {merged: 1, k7: 2}\nb:\n  <<: *a\n  [x, y]: 3\n");
	for (int i = 0; i < 1000; i++)
		strbuf_addf(&sb, "  k%d: v%d\n", i * 7919 % 1000, i * 7919 % 1000);
	assert_int_equal(parse(strbuf_str(&sb), &file, NULL), 0);
	doc = yaml_get(yaml_document(file, 0), "b");
	assert_int_equal(yaml_len(doc), 1002);
	for (size_t i = 0; yaml_entry(doc, i, &key, &value); i++)
		if (yaml_kind_of(key) == YAML_SCALAR)
			assert_ptr_equal(yaml_find(doc, yaml_str(key)), value);
	assert_str(yaml_get_str(doc, "k7"), "v7");
	assert_str(yaml_get_str(doc, "merged"), "1");
	assert_null(yaml_get(doc, "k1000"));
	assert_null(yaml_get(doc, ""));
	assert_null(yaml_get(doc, "<<"));
}

TEST(merged_pairs_stand_behind_the_own_ones)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	struct err err = {0};
	const struct yaml_node *map, *key, *value;

	assert_int_equal(parse(STR("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\n"
				   "m: {<<: [*a, *b], x: 0}\nq: {'<<': 1}\n"),
			       &file, &err),
			 0);
	map = yaml_get(yaml_document(file, 0), "m");
	assert_int_equal(yaml_len(map), 3);
	assert_true(str_is(yaml_get_str(map, "x"), "0")); /* its own wins */
	assert_true(str_is(yaml_get_str(map, "y"), "1")); /* then the first merged */
	assert_true(str_is(yaml_get_str(map, "z"), "2"));
	assert_true(yaml_entry(map, 0, &key, &value));
	assert_true(str_is(yaml_str(key), "x"));
	assert_true(str_is(yaml_get_str(yaml_get(yaml_document(file, 0), "q"), "<<"), "1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(maps_lists_and_scalars_are_found_with_their_lines),
		RUN(each_document_of_a_stream_is_kept),
		RUN(an_empty_file_has_no_document),
		RUN(an_alias_is_the_node_of_its_anchor),
		RUN(what_is_wrong_is_said_with_its_line),
		RUN(limits_are_kept),
		RUN(a_mark_at_the_start_is_no_column),
		RUN(each_key_of_a_large_map_is_found),
		RUN(merged_pairs_stand_behind_the_own_ones),
		RUN(a_node_knows_where_it_begins_and_ends),
	};
	return RUN_ALL(tests);
}
