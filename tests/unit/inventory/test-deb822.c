/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/strbuf.h"
#include "inventory/pkgdb/deb822.h"

/* Items as text: F<line>[name|value] for a field, B<line>[text] for a bad line, "." for an end. */
static const struct {
	const char *in, *want;
} rows[] = {
	{"", ""},
	{"\n\n \t\n", ""},
	{"A: 1", "F1[A|1]."},
	{"A: 1\n", "F1[A|1]."},
	{"A:1\r\nB:\t2 \r\n\r\nC: 3\r\n", "F1[A|1]F2[B|2].F4[C|3]."},
	{"A: 1\n\n\n\nB: 2\n\n\n", "F1[A|1].F5[B|2]."},
	{"A: 1\n \t\nB: 2\n", "F1[A|1].F3[B|2]."},
	{"A: 1\n two\n\tthree\nB: 2\n", "F1[A|1\n two\n\tthree]F4[B|2]."},
	{"A:\n one\n .\n two\n", "F1[A|\n one\n .\n two]."},
	{"A: 1\n two", "F1[A|1\n two]."},
	{"A : 1\n", "F1[A|1]."},
	{"A: b: c\n", "F1[A|b: c]."},
	{"A:\n", "F1[A|]."},
	{"A: 1\nA: 2\n", "F1[A|1]F2[A|2]."},
	{"# comment\nA: 1\n#x: y\nB: 2\n", "F2[A|1]F4[B|2]."},
	{"nonsense\nA: 1\n", "B1[nonsense]F2[A|1]."},
	{"nonsense\n\nA: 1\n", "B1[nonsense]F3[A|1]."},
	{" orphan\nA: 1\n", "B1[ orphan]F2[A|1]."},
	{": 1\n-x: 2\na b: 3\n", "B1[: 1]B2[-x: 2]B3[a b: 3]"},
	{"A: 1\n\n continued: x\n", "F1[A|1].B3[ continued: x]"},
};

static void render(struct strbuf *sb, const struct deb822_item *item)
{
	switch (item->kind) {
	case DEB822_FIELD:
		strbuf_addf(sb, "F%zu[%.*s|%.*s]", item->line, STR_FMT(item->name),
			    STR_FMT(item->value));
		break;
	case DEB822_BAD:
		strbuf_addf(sb, "B%zu[%.*s]", item->line, STR_FMT(item->value));
		break;
	case DEB822_STANZA_END:
		strbuf_addc(sb, '.');
		break;
	}
}

TEST(cuts_text_into_fields_and_stanzas)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(4096);
		struct deb822 d = deb822_make(str_of(rows[i].in));
		struct deb822_item item;

		while (deb822_next(&d, &item))
			render(&got, &item);
		assert_str(strbuf_str(&got), rows[i].want);
	}
}

TEST(gives_the_first_line_of_a_value)
{
	assert_str(deb822_first_line(STR("one \n two")), "one");
	assert_str(deb822_first_line(STR("\n two")), "");
	assert_str(deb822_first_line(STR("one")), "one");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(cuts_text_into_fields_and_stanzas),
		RUN(gives_the_first_line_of_a_value),
	};

	return RUN_ALL(tests);
}
