/* SPDX-License-Identifier: Apache-2.0 */
/* Packs that are wrong, the packs that ship, and what a scan makes of hostile bytes. */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "base/shipped.h"
#include "codec/yaml.h"
#include "secret/secret_example.h"
#include "secret/secret_set.h"

#define RULE "secrets: t\nrules:\n  - {id: a, title: A, severity: high, pattern: 'tok_[0-9a-z]{8}'"

static const struct {
	const char *pack, *message;
} broken[] = {
	{"rules: []\n", "t.yaml:1: a pack of secrets begins with `secrets: NAME`"},
	{"secrets: t\nrules:\n  - {id: a}\n", "t.yaml:3: rule a has no title"},
	{RULE ", entrpy: 3}\n", "no \"entrpy\"; did you mean \"entropy\"?"},
	{RULE ", entropy: x}\n", "a number from 0 to 8"},
	{RULE ", checks: [jwd]}\n", "there is no check \"jwd\"; did you mean \"jwt\"?"},
	{RULE ", context: maybe}\n", "context is password or token"},
	{RULE "}\n  - {id: a, title: A, severity: high, pattern: b}\n",
	 "rule a is there already, in t.yaml:3"},
	{RULE ", names: []}\n", NULL},
	{"secrets: t\nrules:\n  - {id: a, title: A, severity: high, pattern: '(a'}\n",
	 "t.yaml:3: pattern of a"},
	{"secrets: t\nrules:\n  - {id: a, title: A, severity: dire, pattern: a}\n", "severity"},
	{"secrets: [\n", "t.yaml"},
	{"secrets: t\nrules:\n  - {id: a, title: A, severity: low, file: pkcs12}\n",
	 "no rule of secrets has a pattern to look for"},
};

TEST(a_broken_pack_says_where_and_what_was_meant)
{
	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		CLEANUP(secret_set_freep) struct secret_set *set = NULL;
		struct err err = {0};
		int r;

		assert_int_equal(secret_set_new(&set, &err), 0);
		r = secret_set_add_pack(set, str_of(broken[i].pack), STR("t.yaml"), &err);
		if (r == 0)
			r = secret_set_compile(set, &err);
		if (!broken[i].message) {
			assert_int_equal(r, 0);
			continue;
		}
		assert_true(r < 0);
		assert_has(err.msg, broken[i].message);
	}
}

static struct secret_set *shipped(void)
{
	struct secret_set *set = NULL;
	struct err err = {0};

	assert_int_equal(secret_set_new(&set, &err), 0);
	for (const struct shipped_file *f = shipped_files; f->name; f++)
		if (str_has_prefix(str_of(f->name), STR("secrets/")) &&
		    secret_set_add_pack(set, str_make(f->bytes, f->n), str_of(f->name), &err) < 0)
			fail_msg("%s", err.msg);
	if (secret_set_compile(set, &err) < 0)
		fail_msg("%s", err.msg);
	return set;
}

static int count(void *context, const struct secret_example *x, struct err *err)
{
	size_t *n = context;

	(void)err;
	n[x->is_true]++;
	if (!x->held)
		fail_msg("%.*s:%zu: %.*s: \"%.*s\" is%s found", STR_FMT(x->rule->file), x->line,
			 STR_FMT(x->rule->id), STR_FMT(x->text), x->is_true ? " not" : "");
	return 0;
}

TEST(each_rule_that_ships_says_whose_it_is_and_what_to_do)
{
	CLEANUP(secret_set_freep) struct secret_set *set = shipped();
	const struct secret_rule *rule;
	size_t n = 0;

	for (; (rule = secret_set_at(set, n)); n++)
		if (rule->provider.n == 0 || rule->rotate.n < 10 || rule->references.n == 0 ||
		    rule->rotate.p[rule->rotate.n - 1] != '.')
			fail_msg("%.*s:%zu: %.*s has no provider, no reference or no sentence "
				 "about what to do",
				 STR_FMT(rule->file), rule->line, STR_FMT(rule->id));
	assert_true(n >= 250);
}

TEST(rules_that_ship_find_their_true_examples_and_not_the_false)
{
	CLEANUP(secret_set_freep) struct secret_set *set = shipped();

	for (uint64_t seed = 1; seed <= 5; seed++) {
		size_t n[2] = {0};
		struct err err = {0};

		if (secret_examples_run(set, seed, count, n, &err) < 0)
			fail_msg("%s", err.msg);
		assert_true(n[0] > 0 && n[1] > 250);
	}
}

TEST(each_rule_that_ships_has_a_true_example_and_a_false_one)
{
	CLEANUP(secret_set_freep) struct secret_set *set = shipped();
	const struct secret_rule *rule;

	for (size_t i = 0; (rule = secret_set_at(set, i)); i++)
		if (yaml_len(yaml_get(rule->examples, "true")) == 0 ||
		    yaml_len(yaml_get(rule->examples, "false")) == 0)
			fail_msg("%.*s:%zu: %.*s needs an example of each kind",
				 STR_FMT(rule->file), rule->line, STR_FMT(rule->id));
}

static int note_held(void *context, const struct secret_example *x, struct err *err)
{
	(void)err;
	*(bool *)context = x->held;
	return 0;
}

TEST(a_file_of_an_example_may_be_given_in_base64)
{
	static const struct {
		const char *text;
		bool is_found;
		const char *message;
	} rows[] = {
		{"a.kdbx\\nbase64:A9mimmf7S7UAAAAA", true, NULL},
		{"a.kdbx\\nbase64:A9mimgD7S7UAAAAA", false, NULL},
		{"a.kdbx\\nA9mimmf7S7UAAAAA", false, NULL},
		{"a.kdbx\\nbase64:A9mi!mf7", false, "t.yaml:4: base64: offset 4"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(secret_set_freep) struct secret_set *set = NULL;
		CLEANUP(strbuf_done) struct strbuf pack = STRBUF_INIT(1000);
		struct err err = {0};
		bool held = false;
		int r;

		strbuf_addf(&pack,
			    "secrets: t\nrules:\n  - {id: a, title: A, severity: low, file: "
			    "keepass-database,\n     examples: {true: [\"%s\"]}}\n"
			    "  - {id: b, title: B, severity: low, pattern: b_secret}\n",
			    rows[i].text);
		assert_int_equal(secret_set_new(&set, &err), 0);
		assert_int_equal(secret_set_add_pack(set, strbuf_str(&pack), STR("t.yaml"), &err),
				 0);
		if (secret_set_compile(set, &err) < 0)
			fail_msg("%s", err.msg);
		r = secret_examples_run(set, 1, note_held, &held, &err);
		assert_int_equal(r < 0, rows[i].message != NULL);
		assert_int_equal(held, rows[i].is_found);
		if (rows[i].message)
			assert_has(err.msg, rows[i].message);
	}
}

TEST(random_characters_are_drawn_into_examples)
{
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(1000);
	struct err err = {0};
	uint64_t seed = 1;

	assert_int_equal(secret_example_fill(STR("a${digits:3}b$c"), &seed, &out, &err), 0);
	assert_int_equal(strbuf_str(&out).n, 7);
	assert_true(char_is_digit(strbuf_str(&out).p[2]));
	assert_true(secret_example_fill(STR("${digit:3}"), &seed, &out, &err) < 0);
	assert_has(err.msg, "there is no set of characters \"digit\"");
	assert_true(secret_example_fill(STR("${digits:9999}"), &seed, &out, &err) < 0);
	assert_true(secret_example_fill(STR("${digits:3"), &seed, &out, &err) < 0);
}

static size_t scan(const struct secret_set *set, struct str text, enum secret_bytes kind,
		   bool *ret_cut)
{
	CLEANUP(secret_scanner_freep) struct secret_scanner *s = NULL;
	struct secret_hits hits;
	struct err err = {0};

	assert_int_equal(secret_scanner_new(set, &s, &err), 0);
	assert_int_equal(secret_scan(s, text, kind, &hits, &err), 0);
	for (size_t i = 0; i < hits.n; i++) {
		assert_true(hits.p[i].at + hits.p[i].value.n <= text.n);
		assert_ptr_equal(hits.p[i].value.p, text.p + hits.p[i].at);
		assert_true(i == 0 || hits.p[i].at >= hits.p[i - 1].at + hits.p[i - 1].value.n);
	}
	*ret_cut = hits.is_cut;
	return hits.n;
}

TEST(one_value_is_one_finding)
{
	CLEANUP(secret_set_freep) struct secret_set *set = shipped();
	bool cut;

	/* a pattern, a provider's name, and a key that says token */
	assert_int_equal(scan(set,
			      STR("github_token = \"ghp_kR3v9TqLm2xWz7Yb0PdQ8sNf4HcJe1AbC3dE\"\n"),
			      SECRET_TEXT, &cut),
			 1);
	assert_int_equal(scan(set, STR(""), SECRET_TEXT, &cut), 0);
}

TEST(every_byte_value_and_long_lines_are_gone_over)
{
	CLEANUP(secret_set_freep) struct secret_set *set = shipped();
	enum { N = 1 << 20 };
	char *bytes = malloc(N);
	bool cut;

	assert_non_null(bytes);
	for (size_t i = 0; i < N; i++)
		bytes[i] = (char)(i * 2654435761u >> 11);
	(void)scan(set, str_make(bytes, N), SECRET_BINARY, &cut);
	(void)scan(set, str_make(bytes, N), SECRET_TEXT, &cut);
	free(bytes);
}

/* "ghp_..." between two of the same byte: word characters on either side make another word of it.
 */
TEST(each_byte_value_may_stand_beside_a_secret)
{
	CLEANUP(secret_set_freep) struct secret_set *set = shipped();
	char text[] = "?ghp_kR3v9TqLm2xWz7Yb0PdQ8sNf4HcJe1AbC3dE?";
	bool cut;

	for (int c = 0; c < 256; c++) {
		bool is_word = char_is_alnum((char)c);
		size_t n;

		text[0] = text[sizeof text - 2] = (char)c;
		n = scan(set, str_make(text, sizeof text - 1), SECRET_TEXT, &cut);
		if (n > 1 || (is_word && n != 0) || (!is_word && c < 128 && n == 0))
			fail_msg("between two bytes %d: %zu found", c, n);
	}
}

/* A text made to keep the second pass busy: what is not looked at is told. */
TEST(a_text_of_nothing_but_beginnings_is_cut_and_told)
{
	CLEANUP(secret_set_freep) struct secret_set *set = shipped();
	enum { N = 1 << 20 };
	char *bytes = malloc(N);
	bool cut;

	assert_non_null(bytes);
	for (size_t i = 0; i < N; i++)
		bytes[i] = "token=\n"[i % 7];
	(void)scan(set, str_make(bytes, N), SECRET_TEXT, &cut);
	assert_true(cut);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_broken_pack_says_where_and_what_was_meant),
		RUN(each_rule_that_ships_says_whose_it_is_and_what_to_do),
		RUN(rules_that_ship_find_their_true_examples_and_not_the_false),
		RUN(each_rule_that_ships_has_a_true_example_and_a_false_one),
		RUN(a_file_of_an_example_may_be_given_in_base64),
		RUN(random_characters_are_drawn_into_examples),
		RUN(one_value_is_one_finding),
		RUN(every_byte_value_and_long_lines_are_gone_over),
		RUN(each_byte_value_may_stand_beside_a_secret),
		RUN(a_text_of_nothing_but_beginnings_is_cut_and_told),
	};

	return RUN_ALL(tests);
}
