/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "check/compose_merge.h"

static void write(struct strbuf *out, const struct yaml_node *node)
{
	const struct yaml_node *key, *value;
	bool is_map = yaml_kind_of(node) == YAML_MAP;

	if (yaml_kind_of(node) == YAML_SCALAR) {
		strbuf_add(out, yaml_str(node));
		return;
	}
	strbuf_addc(out, is_map ? '{' : '[');
	for (size_t i = 0; i < yaml_len(node); i++) {
		if (i)
			strbuf_adds(out, ", ");
		if (yaml_entry(node, i, &key, &value)) {
			write(out, key);
			strbuf_adds(out, ": ");
			write(out, value);
		} else {
			write(out, yaml_at(node, i));
		}
	}
	strbuf_addc(out, is_map ? '}' : ']');
}

/* Both are services. */
static const struct {
	const char *base, *over, *want;
} rows[] = {
	{"{a: 1, b: 2}", "{b: 3, c: 4}", "{a: 1, b: 3, c: 4}"},
	{"{x: {a: 1}}", "{x: {b: 2}}", "{x: {a: 1, b: 2}}"},
	{"{dns: [a]}", "{dns: b}", "{dns: [a, b]}"},
	{"{cap_add: [a, b]}", "{cap_add: [b, c]}", "{cap_add: [a, b, c]}"},
	{"{command: [a, b]}", "{command: [c]}", "{command: [c]}"},
	{"{healthcheck: {test: [a], retries: 1}}", "{healthcheck: {test: [b]}}",
	 "{healthcheck: {test: [b], retries: 1}}"},
	{"{environment: [A=1, B=2]}", "{environment: {B: 3}}", "{environment: {A: 1, B: 3}}"},
	{"{environment: {A: 1}}", "{environment: {A: }}", "{environment: {A: }}"},
	{"{volumes: ['a:/x', 'b:/y']}", "{volumes: ['c:/x:ro']}", "{volumes: [b:/y, c:/x:ro]}"},
	{"{volumes: ['a:/x']}", "{volumes: [{source: c, target: /x}]}",
	 "{volumes: [{source: c, target: /x}]}"},
	{"{ports: ['80:80']}", "{ports: ['80:80', '90:90']}", "{ports: [80:80, 90:90]}"},
	{"{build: .}", "{build: {args: {a: b}}}", "{build: {context: ., args: {a: b}}}"},
	{"{networks: [a]}", "{networks: {b: {x: y}}}", "{networks: {a: , b: {x: y}}}"},
	{"{user: a, pid: host}", "{user: , pid: !reset null}", "{user: a}"},
	{"{ports: [a]}", "{ports: !override [b]}", "{ports: [b]}"},
	{"{ports: [a]}", "{ports: !reset []}", "{}"},
	{"{a: 1}", "{a: [b]}", "{a: [1, b]}"},
	{"{a: {b: c}}", "{a: d}", "{a: d}"},
};

TEST(services_are_merged_as_compose_does)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(65536);
		struct yaml_file *base = NULL, *over = NULL;
		struct compose_merging m = {0};
		struct arena arena;

		arena_init(&arena, LIMIT_ARENA_BYTES);
		m.arena = &arena;
		assert_int_equal(yaml_parse_source(str_of(rows[i].base), 1, &base, NULL), 0);
		assert_int_equal(yaml_parse_source(str_of(rows[i].over), 0, &over, NULL), 0);
		write(&got,
		      compose_merge_service(&m, yaml_document(base, 0), yaml_document(over, 0)));
		assert_str(strbuf_str(&got), rows[i].want);
		assert_false(m.too_many);
		arena_done(&arena);
		yaml_file_free(base);
		yaml_file_free(over);
	}
}

TEST(a_merged_map_stands_in_the_nearer_file)
{
	struct yaml_file *base = NULL, *over = NULL;
	struct compose_merging m = {0};
	struct arena arena;
	const struct yaml_node *node;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	m.arena = &arena;
	assert_int_equal(yaml_parse_source(STR("{a: 1}"), 3, &base, NULL), 0);
	assert_int_equal(yaml_parse_source(STR("\n\n{b: 1}"), 2, &over, NULL), 0);
	node = compose_merge_service(&m, yaml_document(base, 0), yaml_document(over, 0));
	assert_int_equal(yaml_source(node), 2);
	assert_int_equal(yaml_line(node), 3);
	assert_int_equal(yaml_source(yaml_get(node, "a")), 3);
	m.stands_as_base = true;
	node = compose_merge_service(&m, yaml_document(base, 0), yaml_document(over, 0));
	assert_int_equal(yaml_source(node), 3);
	arena_done(&arena);
	yaml_file_free(base);
	yaml_file_free(over);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(services_are_merged_as_compose_does),
		RUN(a_merged_map_stands_in_the_nearer_file),
	};

	return RUN_ALL(tests);
}
