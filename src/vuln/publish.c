/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/publish.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "vuln/db_trust.h"

#define READ_BYTES ((size_t)256 << 10)

/* ---- the lock and the building directory ---- */

static int take_lock(struct publication *p, struct err *err)
{
	char text[32] = "";
	ssize_t n;

	p->lock_fd = openat(p->dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (p->lock_fd < 0)
		return err_errno(err, errno, "%s/lock", p->dir);
	if (flock(p->lock_fd, LOCK_EX | LOCK_NB) == 0) {
		n = snprintf(text, sizeof text, "%d\n", (int)getpid());
		/* Only for the message below. */
		if (ftruncate(p->lock_fd, 0) < 0 || write(p->lock_fd, text, (size_t)n) < 0)
			return err_errno(err, errno, "%s/lock", p->dir);
		return 0;
	}
	if (errno != EWOULDBLOCK)
		return err_errno(err, errno, "%s/lock", p->dir);
	n = fd_pread_full(p->lock_fd, text, sizeof text - 1, 0, NULL);
	return err_set(err, ERR_DENIED,
		       "%s: another build or update is at work here (process %.*s)", p->dir,
		       STR_FMT(str_trim(str_make(text, n > 0 ? (size_t)n : 0))));
}

/* Removes the plain files of a directory below dir for which `keep` says no. */
static void sweep(int dir_fd, const char *name, const struct index *const *keep, size_t n_keep)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		bool kept = entry->d_name[0] == '.';

		for (size_t i = 0; i < n_keep; i++)
			for (size_t k = 0; k < keep[i]->n_shards && !kept; k++) {
				struct str file = keep[i]->shards[k].file;

				kept = str_pull_prefix(&file, STR("shards/")) &&
				       str_is(file, entry->d_name);
			}
		if (!kept)
			(void)unlinkat(fd, entry->d_name, 0); /* next time then */
	}
	if (dir)
		(void)closedir(dir); /* read side */
	else
		fd_closep(&fd);
}

int publish_begin(struct publication *p, const char *dir, struct err *err)
{
	int r;

	*p = (struct publication){.dir_fd = -1, .lock_fd = -1};
	p->dir = str_dup(str_of(dir));
	if (!p->dir || asprintf(&p->building, "%s/building", dir) < 0) {
		p->building = NULL;
		return err_nomem(err);
	}
	r = dir_make_all(dir, err);
	if (r < 0)
		return r;
	p->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->dir_fd < 0)
		return err_errno(err, errno, "%s", dir);
	r = take_lock(p, err);
	if (r < 0)
		return r;
	p->swept = true;
	sweep(p->dir_fd, "building", NULL, 0);
	if (mkdirat(p->dir_fd, "building", 0700) < 0 && errno != EEXIST)
		return err_errno(err, errno, "%s", p->building);
	if (mkdirat(p->dir_fd, "shards", 0755) < 0 && errno != EEXIST)
		return err_errno(err, errno, "%s/shards", dir);
	return 0;
}

void publish_end(struct publication *p)
{
	if (p->swept) {
		sweep(p->dir_fd, "building", NULL, 0);
		(void)unlinkat(p->dir_fd, "building", AT_REMOVEDIR); /* harmless when it stays */
	}
	fd_closep(&p->lock_fd); /* and with it the lock */
	fd_closep(&p->dir_fd);
	free(p->dir);
	free(p->building);
}

char *publish_path(const struct publication *p, struct str shard)
{
	char *path = NULL;

	return asprintf(&path, "%s/%.*s.db", p->building, STR_FMT(shard)) < 0 ? NULL : path;
}

/* ---- shards ---- */

static int digest_fd(int fd, char text[DIGEST_TEXT_MAX], uint64_t *ret_size, struct err *err)
{
	CLEANUP(freep) char *buffer = malloc(READ_BYTES);
	CLEANUP(digest_done) struct digest d = {0};
	struct digest_value digest;
	uint64_t size = 0;
	ssize_t n = 1;
	int r = buffer ? digest_init(&d, DIGEST_SHA256, err) : err_nomem(err);

	while (r == 0 && n > 0) {
		n = fd_read_full(fd, buffer, READ_BYTES, err);
		if (n < 0)
			return (int)n;
		digest_update(&d, str_make(buffer, (size_t)n));
		size += (uint64_t)n;
	}
	if (r < 0)
		return r;
	digest_final(&d, &digest);
	(void)digest_format(&digest, text);
	*ret_size = size;
	return 0;
}

/* Whether the file in place has these bytes already: then it stays, with what is known of it. */
static bool is_there(const struct publication *p, const char *file, const char *digest)
{
	CLEANUP(fd_closep) int fd = openat(p->dir_fd, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char text[DIGEST_TEXT_MAX];
	uint64_t size;

	return fd >= 0 && digest_fd(fd, text, &size, NULL) == 0 && str_is(str_of(text), digest);
}

int publish_shard(struct publication *p, struct index_shard *shard, struct arena *arena,
		  struct err *err)
{
	CLEANUP(freep) char *path = publish_path(p, shard->name);
	CLEANUP(fd_closep) int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char text[DIGEST_TEXT_MAX];
	int r;

	if (fd < 0)
		return path ? err_errno(err, errno, "%s", path) : err_nomem(err);
	r = digest_fd(fd, text, &shard->size, err);
	if (r < 0)
		return err_wrap(err, r, "%s", path);
	shard->digest = arena_str(arena, str_of(text));
	shard->file = arena_strf(arena, "shards/%.*s-%.16s.db", STR_FMT(shard->name), text + 7);
	if (!shard->digest.p || !shard->file.p)
		return err_nomem(err);
	if (is_there(p, shard->file.p, text))
		return 0;
	if (fchmod(fd, 0644) < 0 || renameat(AT_FDCWD, path, p->dir_fd, shard->file.p) < 0)
		return err_errno(err, errno, "%s/%s", p->dir, shard->file.p);
	return 0;
}

/* ---- the index ---- */

static int sync_dir(int dir_fd, const char *name, struct err *err)
{
	CLEANUP(fd_closep) int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? err_errno(err, errno, "%s", name) : 0;
}

/*
 * All shards reach the disk before the index that names them. They are synced together at the end:
 * the first call commits what all of them wrote, the others find nothing left to do.
 */
static int sync_shards(const struct publication *p, const struct index *index, struct err *err)
{
	for (size_t i = 0; i < index->n_shards; i++) {
		const char *file = index->shards[i].file.p;
		CLEANUP(fd_closep) int fd = openat(p->dir_fd, file, O_RDONLY | O_CLOEXEC);

		if (fd < 0 || fsync(fd) < 0)
			return err_errno(err, errno, "%s/%s", p->dir, file);
	}
	return sync_dir(p->dir_fd, "shards", err);
}

static int replace_index(struct publication *p, struct str bytes, struct err *err)
{
	CLEANUP(fd_closep)
	int fd = openat(p->dir_fd, "building/index.json", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
			0644);
	int r = fd < 0 ? err_errno(err, errno, "%s/index.json", p->building)
		       : fd_write_all(fd, bytes, err);

	if (r < 0)
		return fd < 0 ? r : err_wrap(err, r, "%s/index.json", p->building);
	if (fsync(fd) < 0)
		return err_errno(err, errno, "%s/index.json", p->building);
	if (renameat(p->dir_fd, "building/index.json", p->dir_fd, "index.json") < 0)
		return err_errno(err, errno, "%s/index.json", p->dir);
	return sync_dir(p->dir_fd, ".", err);
}

/* The index in place, if it is one that our key signed; zeroed otherwise. */
static void read_last(const struct publication *p, const struct ed25519_key *key,
		      struct arena *arena, struct index *ret)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(fd_closep) int fd = openat(p->dir_fd, "index.json", O_RDONLY | O_CLOEXEC);

	*ret = (struct index){0};
	if (fd >= 0 && fd_read_all(fd, &bytes, NULL) == 0)
		(void)index_read(strbuf_str(&bytes), key, arena, ret, NULL); /* stays zeroed */
}

/* Whether both say the same, but for the version. */
static bool is_same(const struct index *a, const struct index *b)
{
	CLEANUP(strbuf_done) struct strbuf one = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(strbuf_done) struct strbuf other = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct index copy = *a;

	copy.version = b->version;
	index_write_payload(&copy, &one);
	index_write_payload(b, &other);
	return strbuf_check(&one, NULL) == 0 && strbuf_check(&other, NULL) == 0 &&
	       str_eq(strbuf_str(&one), strbuf_str(&other));
}

static int sign_and_replace(struct publication *p, const struct index *index,
			    const struct ed25519_key *key, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT((size_t)LIMIT_JSON_BYTES * 2);
	struct db_pin pin = {.has_key = true, .version = index->version};
	int r = index_write(index, key, &bytes, err);

	if (r == 0)
		r = sync_shards(p, index, err);
	if (r == 0)
		r = replace_index(p, strbuf_str(&bytes), err);
	if (r < 0)
		return r;
	memcpy(pin.key.public_half, key->public_half, ED25519_KEY_BYTES);
	return db_pin_write(p->dir, &pin, err);
}

int publish_index(struct publication *p, struct index *index, bool *ret_unchanged, struct err *err)
{
	struct ed25519_key key = {0};
	struct db_pin pin = {0};
	struct index last;
	struct arena arena;
	int64_t built = 0;
	int r = db_own_key(true, &key, err);

	if (r < 0)
		return r;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	read_last(p, &key, &arena, &last);
	(void)db_pin_read(p->dir, &pin, NULL); /* zeroed then; it is written anew below */
	*ret_unchanged = last.n_shards && is_same(index, &last);
	(void)clock_parse(index->built, &built); /* 0: the version counts from the last one */
	index->version = built > 0 ? (uint64_t)built : 1;
	if (*ret_unchanged) {
		index->version = last.version;
	} else {
		uint64_t newest = last.version > pin.version ? last.version : pin.version;

		if (last.n_shards && index->version <= newest)
			index->version = newest + 1;
		r = sign_and_replace(p, index, &key, err);
	}
	if (r == 0)
		sweep(p->dir_fd, "shards", (const struct index *[]){index, &last}, 2);
	ed25519_key_done(&key);
	arena_done(&arena);
	return r;
}
