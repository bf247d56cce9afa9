/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "codec/json.h"
#include "inventory/sbom/form.h"
#include "tests/unit/test.h"

static const struct form_key keys[] = {
	{"inner", "bom-ref", 1, 9, false, "name"},
	{"inner", "n", 1, 9, true, "integer"},
	{"outer", "a", 1, 9, false, "text"},
	{"outer", "b", 1, 9, false, "text"},
	{"outer", "list", 1, 9, false, "[@inner]|[name]+"},
	{"outer", "old", 1, 1, true, "text"},
	{"outer", "word", 1, 9, false, "#word"},
};
static const struct form_choice choices[] = {{"outer", 2, 9, FORM_ONE, "a b"}};
static const struct form_enum enums[] = {{"word", 1, 1, "x"}, {"word", 2, 9, "x|y"}};
static const char *const named[] = {"inner", NULL};
static const struct form form = {keys,	ARRAY_LEN(keys),  choices, ARRAY_LEN(choices),
				 enums, ARRAY_LEN(enums), named,   NULL};

static int check(unsigned version, const char *text, const char *type, struct err *err)
{
	CLEANUP(json_freep) struct json *v = NULL;
	struct arena a;
	struct map refs;
	struct form_check c = {&form, version, &refs, &a};
	int r;

	arena_init(&a, LIMIT_FIELD_BYTES);
	map_init(&refs, 16);
	assert_int_equal(json_parse(str_of(text), &v, NULL), 0);
	r = form_check_type(&c, str_of(type), v, err);
	map_done(&refs);
	arena_done(&a);
	return r;
}

TEST(objects_are_held_to_their_rows)
{
	static const struct {
		unsigned version;
		const char *text, *message; /* NULL: it is good */
	} rows[] = {
		{2, "{\"a\": \"\"}", NULL},
		{2, "{\"a\": \"\", \"unknown\": 7}", NULL},
		{2, "{\"a\": 7}", "a: expected a string"},
		{2, "{}", "one of these is missing: a b"},
		{2, "{\"a\": \"\", \"b\": \"\"}", "only one of these may be there: a b"},
		{2, "{\"a\": \"\", \"b\": null}", NULL},
		{1, "{\"old\": \"\"}", NULL},
		{1, "{\"old\": null}", "old: expected a string"},
		{1, "{}", "old is missing"},
		{1, "{\"old\": \"\", \"word\": \"y\"}", "word: no such value: \"y\""},
		{2, "{\"a\": \"\", \"word\": \"y\"}", NULL},
		{2, "{\"a\": \"\", \"list\": [\"x\"]}", NULL},
		{2, "{\"a\": \"\", \"list\": []}", NULL},
		{2, "{\"a\": \"\", \"list\": [{\"n\": 1}, {\"n\": 1.5}]}",
		 "list: entry 2: n: expected a whole number"},
		{2,
		 "{\"a\": \"\", \"list\": [{\"n\": 1, \"bom-ref\": \"r\"}, "
		 "{\"n\": 1, \"bom-ref\": \"r\"}]}",
		 "list: entry 2: bom-ref: \"r\" stands in the document twice"},
		{2, "[]", "expected an object"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		int r = check(rows[i].version, rows[i].text, "@outer", &err);

		if (r < 0)
			assert_string_equal(err.msg, rows[i].message ? rows[i].message : "(good)");
		else if (rows[i].message)
			fail_msg("%s is taken", rows[i].text);
	}
}

TEST(texts_have_their_forms)
{
	static const struct {
		const char *type, *good, *bad;
	} rows[] = {
		{"name", "x", ""},
		{"date", "2024-02-29", "2024-13-01"},
		{"time", "2024-01-01T00:00:00Z", "2024-01-01"},
		{"hash", "d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427"},
		{"uuid", "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", "urn:uuid:3e671687"},
		{"media-type", "text/plain", "text"},
		{"locale", "en-US", "en_US"},
		{"country", "DE", "de"},
		{"mail", "a@example.com", "a"},
		{"cre", "CRE:10-2", "CRE:10"},
		{"spdx-id", "Apache-2.0", "Apache-9"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[128], type[32];

		(void)snprintf(text, sizeof text, "[\"%s\"]", rows[i].good);
		(void)snprintf(type, sizeof type, "[%s]", rows[i].type);
		if (check(2, text, type, NULL) < 0)
			fail_msg("%s: %s is refused", rows[i].type, rows[i].good);
		(void)snprintf(text, sizeof text, "[\"%s\"]", rows[i].bad);
		if (check(2, text, type, NULL) == 0)
			fail_msg("%s: %s is taken", rows[i].type, rows[i].bad);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(objects_are_held_to_their_rows),
		RUN(texts_have_their_forms),
	};

	return RUN_ALL(tests);
}
