/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/strbuf.h"
#include "check/image_history.h"

/* What was read: "KEYWORD | value | shell words | A=1;B=2", pairs and arguments in one. */
static const struct {
	const char *created_by, *want;
} rows[] = {
	{"/bin/sh -c #(nop)  CMD [\"sh\"]", "CMD | [\"sh\"] | | "},
	{"/bin/sh -c #(nop) ADD file:8b88 in / ", "ADD | file:8b88 in / | | "},
	{"/bin/sh -c apt-get update", "RUN | apt-get update | /bin/sh -c | "},
	{"|2 A=1 B=two words /bin/sh -c make", "RUN | make | /bin/sh -c | A=1;B=two words;"},
	{"RUN |1 A=1 /bin/bash -o pipefail -c make x # buildkit",
	 "RUN | make x | /bin/bash -o pipefail -c | A=1;"},
	{"RUN /bin/sh -c make # buildkit", "RUN | make | /bin/sh -c | "},
	{"COPY app /app # buildkit", "COPY | app /app | | "},
	{"ENV PATH=/a:/b", "ENV | PATH=/a:/b | | PATH=/a:/b;"},
	{"/bin/sh -c #(nop)  ENV JAVA_OPTS=-Xmx1g -Da=b X=1",
	 "ENV | JAVA_OPTS=-Xmx1g -Da=b X=1 | | JAVA_OPTS=-Xmx1g -Da=b;X=1;"},
	{"ARG VERSION", "ARG | VERSION | | VERSION=;"},
	{"ARG VERSION=1 2", "ARG | VERSION=1 2 | | VERSION=1 2;"},
	{"# debian.sh --arch 'amd64' out/ 'bookworm'",
	 " | # debian.sh --arch 'amd64' out/ 'bookworm' | | "},
	{"bazel build ...", " | bazel build ... | | "},
	{"RUN make # buildkit", "RUN | make | | "},
	{"|1 A=1", "RUN |  | | A=1;"},
	{"|", " | | | | "},
	{"", " |  | | "},
};

static void print(const struct history_line *l, struct strbuf *sb)
{
	strbuf_addf(sb, "%.*s | %.*s |", STR_FMT(l->keyword), STR_FMT(l->value));
	for (size_t i = 0; i < l->n_shell; i++)
		strbuf_addf(sb, " %.*s", STR_FMT(l->shell[i]));
	strbuf_adds(sb, " | ");
	for (size_t i = 0; i < l->n_args; i++)
		strbuf_addf(sb, "%.*s=%.*s;", STR_FMT(l->args[i].name), STR_FMT(l->args[i].value));
	for (size_t i = 0; i < l->n_pairs; i++)
		strbuf_addf(sb, "%.*s=%.*s;", STR_FMT(l->pairs[i].name),
			    STR_FMT(l->pairs[i].value));
}

TEST(a_line_of_history_gives_its_instruction_back)
{
	struct arena arena;

	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
		struct history_line line;

		assert_int_equal(
			history_line_parse(str_of(rows[i].created_by), &arena, &line, NULL), 0);
		print(&line, &sb);
		if (!str_is(strbuf_str(&sb), rows[i].want))
			fail_msg("%s:\n got %s\nwant %s", rows[i].created_by, strbuf_cstr(&sb),
				 rows[i].want);
	}
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_line_of_history_gives_its_instruction_back),
	};

	return RUN_ALL(tests);
}
