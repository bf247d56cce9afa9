/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same bytes as one of the files that a distribution is told from, picked by the first byte of
 * the input. What is made of them must be fit for a key.
 */
#include <assert.h>

#include "base/limits.h"
#include "inventory/distro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct file {
	const char *path;
	struct str bytes;
};

static bool get(void *ctx, struct str path, struct str *ret)
{
	const struct file *file = ctx;

	*ret = file->bytes;
	return str_is(path, file->path);
}

static void problem(void *ctx, struct str path, const struct err *what)
{
	(void)ctx;
	assert(path.n && what->code != ERR_OK && what->msg[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct file file = {0};
	struct distro_files files = {&file, get, problem};
	struct err err = {0};
	struct arena arena;
	struct distro d;
	size_t n_paths = 0;

	if (size == 0)
		return 0;
	while (distro_paths[n_paths])
		n_paths++;
	file.path = distro_paths[data[0] % n_paths];
	file.bytes = str_make(data + 1, size - 1);
	arena_init(&arena, LIMIT_ARENA_BYTES);
	assert(distro_read(&files, &arena, &d, &err) == 0);
	for (size_t i = 0; i < d.release.n; i++)
		assert(char_is_alnum(d.release.p[i]) || strchr("._+~-", d.release.p[i]));
	arena_done(&arena);
	return 0;
}
