/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "check/compose_variables.h"

TEST(lines_of_variables)
{
	static const char text[] = "A=b\n# c\n\nexport D = 'e # f' # g\nH=\"i=j\"\nK=l#m #n\nno\n"
				   "1X=y\nO=\r\n";
	static const struct {
		const char *name, *value;
		uint32_t line;
	} want[] = {
		{"A", "b", 1}, {"D", "e # f", 4}, {"H", "i=j", 5}, {"K", "l#m", 6}, {"O", "", 9}};
	struct env_lines lines = {0};
	struct arena arena;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	assert_int_equal(env_lines_parse(STR(text), &arena, &lines, NULL), 0);
	assert_int_equal(lines.n, 5);
	for (size_t i = 0; i < lines.n; i++) {
		assert_str(lines.p[i].name, want[i].name);
		assert_str(lines.p[i].value, want[i].value);
		assert_int_equal(lines.p[i].line, want[i].line);
	}
	arena_done(&arena);
}

static const struct env_line known[] = {{{"A", 1}, {"b", 1}, 1}, {{"E", 1}, {"", 0}, 2}};

/* Of the value of x, at the root. */
static void check(const char *value, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(65536);
	struct yaml_file *file = NULL;
	const struct yaml_node *root = NULL;
	struct arena arena;
	struct map variables;
	struct err err = {0};

	arena_init(&arena, LIMIT_ARENA_BYTES);
	map_init(&variables, 10);
	for (size_t i = 0; i < 2; i++)
		(void)map_put(&variables, known[i].name, (void *)(uintptr_t)&known[i]);
	strbuf_addf(&text, "x: '%s'\n", value);
	assert_int_equal(yaml_parse(strbuf_str(&text), &file, &err), 0);
	if (compose_interpolate(yaml_document(file, 0), &variables, &arena, &root, &err) < 0)
		fail_msg("%s", err.msg);
	assert_str(yaml_get_str(root, "x"), want);
	map_done(&variables);
	arena_done(&arena);
	yaml_file_free(file);
}

TEST(variables_are_replaced_where_they_are_known)
{
	static const struct {
		const char *value, *want;
	} rows[] = {
		{"a", "a"},
		{"$A-${A}", "b-b"},
		{"$N ${N}", "$N ${N}"},
		{"$$A", "$A"},
		{"${N:-x}", "x"},
		{"${N-x}", "x"},
		{"${E:-x}", "x"},
		{"${E-x}", ""},
		{"${A:-x}", "b"},
		{"${N:-${A}}", "b"},
		{"${N:-${M}}", "${M}"},
		{"${N:-${M:-z}}y", "zy"},
		{"${A:+x}", "x"},
		{"${E:+x}", ""},
		{"${E+x}", "x"},
		{"${N:+x}", "${N:+x}"},
		{"${N:?no}", "${N:?no}"},
		{"${A:?no}", "b"},
		{"${", "${"},
		{"${}", "${}"},
		{"$", "$"},
		{"${A", "${A"},
		{"$1", "$1"},
		{"${A/b/c}", "b"},
		{"${A $A ${A}", "${A $A ${A}"}, /* never closed: once looked through, to the end */
		{"${N:}", "${N:}"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check(rows[i].value, rows[i].want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(lines_of_variables),
		RUN(variables_are_replaced_where_they_are_known),
	};

	return RUN_ALL(tests);
}
