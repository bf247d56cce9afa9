/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Red Hat content sets: the first line is the path in the image, the rest is the file.
 *
 * What is returned must be readable and in the arena, not in the input, which is gone by then.
 */
#include "base/arena.h"
#include "base/limits.h"
#include "inventory/content_sets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned touch(struct str s)
{
	unsigned sum = 0;

	for (size_t i = 0; i < s.n; i++)
		sum += (unsigned char)s.p[i];
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct content_sets cs = {0};
	struct str rest = str_make(data, size), path;
	struct err err = {0};
	struct arena arena;
	volatile unsigned sum;

	if (!str_pull_line(&rest, &path) || rest.n > LIMIT_KEPT_FILE_BYTES)
		return 0;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	if (content_sets_parse(path, rest, &arena, &cs, &err) < 0 && err.code == ERR_OK)
		__builtin_trap();
	sum = touch(cs.nvr) + touch(cs.arch);
	for (size_t i = 0; i < cs.sets.n; i++)
		sum += touch(cs.sets.p[i]);
	(void)sum;
	arena_done(&arena);
	return 0;
}
