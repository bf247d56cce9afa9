/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of a database of any bytes, by the first byte of the input: 0 an index, 1 its payload, 2
 * rows of a package, 3 an enrichment, else a whole shard, all of which is read.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"
#include "vuln/collect.h"
#include "vuln/index.h"
#include "vuln/shard.h"

#define ARENA_BYTES ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk_rows(struct shard_rows rows)
{
	struct shard_row row;
	struct err err = {0};
	size_t n = 0;
	int r;

	while ((r = shard_next(&rows, &row, &err)) > 0) {
		struct advisory_interval in;
		struct str s;

		while (shard_interval_next(&row.intervals, &in))
			n += in.introduced.n + in.fixed.n + in.last_affected.n;
		while (packed_next(&row.versions, &s) || packed_next(&row.arches, &s) ||
		       packed_next(&row.symbols, &s))
			n += s.n;
	}
	assert(r == 0 || err.msg[0]);
	(void)n;
}

static int walk_package(void *ctx, struct str name, struct shard_rows rows, struct err *err)
{
	(void)ctx, (void)name, (void)err;
	walk_rows(rows);
	return 0;
}

static void walk_shard(struct shard *s, struct arena *arena)
{
	struct shard_advisory advisory;
	struct shard_text text;
	struct shard_numbers numbers;
	struct str canonical;
	struct str_list aliases;

	(void)shard_each_package(s, walk_package, NULL, NULL);
	for (uint32_t n = 0; n < 8; n++) {
		(void)shard_advisory(s, n, arena, &advisory, NULL);
		(void)shard_text(s, n, arena, &text, NULL);
	}
	(void)shard_find_id(s, STR("CVE-2023-0286"), arena, &canonical, &numbers, NULL);
	(void)shard_aliases(s, STR("CVE-2023-0286"), arena, &aliases, NULL);
	(void)shard_is_withdrawn(s, STR("CVE-2023-0286"));
}

static void try_shard(struct str bytes, struct arena *arena)
{
	char path[] = "/tmp/plimsoll-fuzz-XXXXXX";
	CLEANUP(fd_closep) int fd = mkostemp(path, O_CLOEXEC);
	CLEANUP(shard_closep) struct shard *s = NULL;
	struct err err = {0};

	if (fd < 0 || fd_write_all(fd, bytes, NULL) < 0)
		return;
	if (shard_open(path, "shard", &s, &err) == 0)
		walk_shard(s, arena);
	else
		assert(err.code != ERR_OK && err.msg[0]);
	(void)unlink(path);
}

static void try_index(struct str bytes, struct arena *arena)
{
	struct ed25519_key key;
	struct index index;
	struct err err = {0};

	if (index_peek_key(bytes, &key, &err) == 0 &&
	    index_read(bytes, &key, arena, &index, &err) == 0)
		return;
	assert(err.code != ERR_OK && err.msg[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_skip(str_make(data, size), 1);
	struct enrichment enrichment = {0};
	struct index index;
	struct arena arena;

	arena_init(&arena, ARENA_BYTES);
	switch (size ? data[0] : 0) {
	case 0:
		try_index(bytes, &arena);
		break;
	case 1:
		(void)index_parse_payload(bytes, &arena, &index, NULL);
		break;
	case 2:
		walk_rows((struct shard_rows){cursor_make(bytes)});
		break;
	case 3:
		(void)enrichment_unpack(bytes, &arena, &enrichment);
		break;
	default:
		try_shard(bytes, &arena);
	}
	arena_done(&arena);
	return 0;
}
