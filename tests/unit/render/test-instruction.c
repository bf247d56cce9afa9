/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "render/instruction.h"

static const struct {
	const char *in, *want;
} rows[] = {
	{"", ""},
	{"/bin/sh -c #(nop)  CMD [\"sh\"]", "CMD [\"sh\"]"},
	{"/bin/sh -c #(nop) ADD file:0123456789abcdef0123456789abcdef in / ",
	 "ADD file:0123456789ab in /"},
	{"/bin/sh -c apk add curl", "RUN apk add curl"},
	{"|2 A=1 B=x y /bin/sh -c make all", "RUN make all"},
	{"RUN |1 A=1 /bin/sh -c make # buildkit", "RUN make"},
	{"RUN /bin/sh -c apt-get update && \\\n\tapt-get install # buildkit",
	 "RUN apt-get update && apt-get install"},
	{"COPY a b # buildkit", "COPY a b"},
	{"RUN echo hi", "RUN echo hi"},
	{"bazel build //x", "bazel build //x"},
	{"# debian.sh --arch 'amd64'", "# debian.sh --arch 'amd64'"},
};

TEST(reads_as_the_dockerfile_says)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);

		instruction_add(&sb, str_of(rows[i].in));
		assert_str(strbuf_str(&sb), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {RUN(reads_as_the_dockerfile_says)};

	return RUN_ALL(tests);
}
