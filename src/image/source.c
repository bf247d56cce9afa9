/* SPDX-License-Identifier: Apache-2.0 */
#include "image/source.h"

#include "base/limits.h"
#include "image/sources/archive_index.h"

struct source *source_new(const char *transport, const char *location)
{
	struct source *src = calloc(1, sizeof *src);

	if (!src)
		return NULL;
	arena_init(&src->arena, LIMIT_ARENA_BYTES);
	src->transport = transport;
	src->location = arena_str(&src->arena, str_of(location));
	return src;
}

void source_close(struct source *src)
{
	if (!src)
		return;
	if (src->done)
		src->done(src);
	archive_index_close(src->members);
	arena_done(&src->arena);
	free(src);
}

void source_closep(struct source **src)
{
	source_close(*src);
	*src = NULL;
}
