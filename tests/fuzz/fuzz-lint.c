/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Dockerfile, a NUL, then the .dockerignore beside it: its facts, judged by all rules; then what
 * their fixes make of it. The fixes of a text that is UTF-8 leave one.
 */
#include "lint_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 4096 };

static int read_beside(const struct source_file *f, struct str name, struct arena *arena,
		       struct str *ret, struct err *err)
{
	const struct str *ignore = f->context;

	(void)arena; /* the text is there */
	if (!ignore->p || !str_is(name, ".dockerignore"))
		return err_set(err, ERR_NOT_FOUND, "%.*s", STR_FMT(name));
	*ret = *ignore;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(strbuf_done) struct strbuf fixed = STRBUF_INIT(LIMIT_ARENA_BYTES);
	struct str ignore = STR_NULL;
	struct source_file f = {.path = STR("Dockerfile"),
				.bytes = str_make(data, size),
				.read_beside = read_beside,
				.is_example = true,
				.context = &ignore};

	if (size > INPUT_MAX)
		return 0;
	(void)str_cut(str_make(data, size), '\0', &f.bytes, &ignore); /* may have none */
	lint_input_check(&f);
	if (!lint_input_fix(&f, &fixed))
		return 0;
	lint_input_require(!str_is_utf8(f.bytes) || str_is_utf8(strbuf_str(&fixed)), "a fix",
			   strbuf_str(&fixed));
	f.bytes = strbuf_str(&fixed);
	lint_input_check(&f);
	return 0;
}
