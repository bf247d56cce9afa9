/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A place for databases in a test: a directory of its own, with keys, pins and memory below it.
 *
 *     struct place place;
 *     place_init(&place);                                      HOME and XDG_* point into it
 *     r = place_publish(&place, "2026-01-01T00:00:00Z", "one", &err);
 *     ... place.dir ...
 *     place_done(&place);
 *
 * What is published is two shards, "debian-12" and "npm", whose bytes are the text and the name.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "tests/unit/test.h"
#include "vuln/publish.h"

struct place {
	char root[64], dir[80];
};

static const char *const place_shards[] = {"debian-12", "npm"};

static inline void place_init(struct place *p)
{
	/* In memory where that is to be had: what is made here is synced hundreds of times. */
	(void)snprintf(p->root, sizeof p->root, "%s/plimsoll-place-XXXXXX",
		       access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(p->root));
	(void)snprintf(p->dir, sizeof p->dir, "%s/db", p->root);
	assert_int_equal(setenv("HOME", p->root, 1), 0);
	(void)unsetenv("XDG_DATA_HOME");
	(void)unsetenv("XDG_CACHE_HOME");
}

static inline int place_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static inline void place_done(struct place *p)
{
	assert_int_equal(nftw(p->root, place_remove, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static inline int place_write_shard(struct publication *p, const char *name, const char *text,
				    struct err *err)
{
	CLEANUP(freep) char *path = publish_path(p, str_of(name));
	CLEANUP(fd_closep)
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
	int r = fd < 0 ? err_errno(err, errno, "%s", path) : fd_write_all(fd, str_of(text), err);

	return r < 0 ? r : fd_write_all(fd, str_of(name), err);
}

static inline int place_publish(struct place *place, const char *built, const char *text,
				struct err *err)
{
	struct index_shard shards[2] = {0};
	struct index index = {.built = str_of(built), .shards = shards, .n_shards = 2};
	struct publication p;
	struct arena arena;
	bool unchanged;
	int r = publish_begin(&p, place->dir, err);

	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < 2 && r == 0; i++) {
		shards[i].name = str_of(place_shards[i]);
		r = place_write_shard(&p, place_shards[i], text, err);
		if (r == 0)
			r = publish_shard(&p, &shards[i], &arena, err);
	}
	if (r == 0)
		r = publish_index(&p, &index, &unchanged, err);
	publish_end(&p);
	arena_done(&arena);
	return r;
}
