/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A package URL that is accepted must be written, and the written one must be accepted and be the
 * same again. The input serves as text, and cut at its line ends as the parts of purl_build.
 */
#include <assert.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "package/purl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_stable(const struct purl *p)
{
	CLEANUP(strbuf_done) struct strbuf first = STRBUF_INIT((size_t)8 * LIMIT_PURL_BYTES);
	CLEANUP(strbuf_done) struct strbuf second = STRBUF_INIT((size_t)8 * LIMIT_PURL_BYTES);
	struct err err = {0};
	struct arena a;
	struct purl again;
	int r = purl_build(p, &first, &err);

	if (r < 0) {
		assert(err.msg[0] && first.n == 0);
		return;
	}
	arena_init(&a, LIMIT_ARENA_BYTES);
	r = purl_parse(strbuf_str(&first), &a, &again, &err);
	assert(r == 0);
	r = purl_build(&again, &second, &err);
	assert(r == 0);
	assert(str_eq(strbuf_str(&first), strbuf_str(&second)));
	arena_done(&a);
}

static void try_parts(struct str in)
{
	struct purl_qualifier qualifiers[4] = {0};
	struct purl p = {.qualifiers = qualifiers};
	struct str *const parts[] = {&p.type, &p.namespace, &p.name, &p.version, &p.subpath};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		(void)str_pull_until(&in, '\n', parts[i]); /* too few lines: empty parts */
	while (p.n_qualifiers < ARRAY_LEN(qualifiers) &&
	       str_pull_until(&in, '\n', &qualifiers[p.n_qualifiers].key)) {
		(void)str_pull_until(&in, '\n', &qualifiers[p.n_qualifiers].value);
		p.n_qualifiers++;
	}
	check_stable(&p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str in = str_make(data, size);
	struct err err = {0};
	struct arena a;
	struct purl p;

	arena_init(&a, LIMIT_ARENA_BYTES);
	if (purl_parse(in, &a, &p, &err) == 0)
		check_stable(&p);
	else
		assert(err.msg[0]);
	arena_done(&a);
	try_parts(in);
	return 0;
}
