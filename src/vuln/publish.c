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
#include "base/log.h"
#include "crypto/digest.h"
#include "vuln/db_trust.h"

#define READ_BYTES ((size_t)256 << 10)

/* ---- the lock and the building directory ---- */

/* What keeps a build from writing to where it was told to. */
static int no_place(int r, struct err *err)
{
	struct err why;

	if (!err)
		return r;
	why = *err;
	return err_set(err, why.code,
		       "the database cannot be written: %s; --out DIR builds it elsewhere, where "
		       "you may write",
		       why.msg);
}

static int take_lock(struct publication *p, struct err *err)
{
	char text[32] = "";
	ssize_t n;

	p->lock_fd = openat(p->dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (p->lock_fd < 0)
		return no_place(err_errno(err, errno, "%s/lock", p->dir), err);
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

static bool is_named(const struct index *index, const char *name)
{
	for (size_t i = 0; i < index->n_shards; i++) {
		struct str file = index->shards[i].file;

		if (str_pull_prefix(&file, STR("shards/")) && str_is(file, name))
			return true;
	}
	return false;
}

/* Removes the plain files of a directory below dir that none of `keep` names. */
static void sweep(int dir_fd, const char *name, const struct index *const *keep, size_t n_keep)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		bool kept = entry->d_name[0] == '.';

		for (size_t i = 0; i < n_keep && !kept; i++)
			kept = is_named(keep[i], entry->d_name);
		if (!kept)
			(void)unlinkat(fd, entry->d_name, 0); /* next time then */
	}
	if (dir)
		(void)closedir(dir); /* read side */
	else
		fd_closep(&fd);
}

/*
 * The index in place, whoever signed it: its shards are somebody's database. ret is zeroed unless
 * it returns 0; ERR_NOT_FOUND: there is none.
 */
static int read_last(const struct publication *p, struct arena *arena, struct index *ret,
		     struct ed25519_key *ret_key, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_JSON_BYTES);
	CLEANUP(fd_closep)
	int fd = openat(p->dir_fd, "index.json", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct index index;
	int r = fd < 0 ? err_errno(err, errno, "index.json") : fd_read_all(fd, &bytes, err);

	*ret = (struct index){0};
	if (r == 0)
		r = index_peek_key(strbuf_str(&bytes), ret_key, err);
	if (r == 0)
		r = index_read(strbuf_str(&bytes), ret_key, arena, &index, err);
	if (r == 0)
		*ret = index;
	return r;
}

/* Shards that a build moved into place before it broke off, and no index came to name. */
static void sweep_orphans(const struct publication *p)
{
	struct ed25519_key key;
	struct index last;
	struct arena arena;
	int r;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	r = read_last(p, &arena, &last, &key, NULL);
	if (r == 0 || r == -ERR_NOT_FOUND)
		sweep(p->dir_fd, "shards", (const struct index *[]){&last}, 1);
	arena_done(&arena);
}

static int make_building(struct publication *p, struct err *err)
{
	if (mkdirat(p->dir_fd, "building", 0700) == 0)
		return 0;
	if (errno != EEXIST)
		return err_errno(err, errno, "%s", p->building);
	sweep(p->dir_fd, "building", NULL, 0);
	sweep_orphans(p);
	return 0;
}

static int open_place(struct publication *p, struct err *err)
{
	int r = dir_make_all(p->dir, err);

	if (r < 0)
		return r;
	p->dir_fd = open(p->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return p->dir_fd < 0 ? err_errno(err, errno, "%s", p->dir) : 0;
}

int publish_begin(struct publication *p, const char *dir, struct err *err)
{
	int r;

	*p = (struct publication){
		.dir_fd = -1, .lock_fd = -1, .moved = VEC_INIT(struct str, LIMIT_DB_SHARDS)};
	p->dir = str_dup(str_of(dir));
	if (!p->dir || asprintf(&p->building, "%s/building", dir) < 0) {
		p->building = NULL;
		return err_nomem(err);
	}
	r = open_place(p, err);
	if (r < 0)
		return no_place(r, err);
	r = take_lock(p, err);
	if (r < 0)
		return r;
	p->swept = true;
	if (mkdirat(p->dir_fd, "shards", 0755) < 0 && errno != EEXIST)
		return err_errno(err, errno, "%s/shards", dir);
	return make_building(p, err);
}

void publish_end(struct publication *p)
{
	for (size_t i = 0; i < p->moved.n; i++) {
		const struct str *file = vec_at(&p->moved, i);

		(void)unlinkat(p->dir_fd, file->p, 0); /* else the next build finds it */
	}
	if (p->swept) {
		sweep(p->dir_fd, "building", NULL, 0);
		(void)unlinkat(p->dir_fd, "building", AT_REMOVEDIR); /* harmless when it stays */
	}
	vec_done(&p->moved);
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
	CLEANUP(fd_closep)
	int fd = openat(p->dir_fd, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
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
	if (is_there(p, shard->file.p, text) ? unlink(path) < 0 : fchmod(fd, 0644) < 0)
		return err_errno(err, errno, "%s", path);
	return 0;
}

/* ---- the index ---- */

/* Those that publish_shard left in the building directory. */
static int move_shard(struct publication *p, const struct index_shard *shard, struct err *err)
{
	CLEANUP(freep) char *path = publish_path(p, shard->name);
	struct str *moved;

	if (!path)
		return err_nomem(err);
	if (access(path, F_OK) < 0)
		return errno == ENOENT ? 0 : err_errno(err, errno, "%s", path);
	/* What it replaces is damaged, and the last index may name it: that one is not taken back.
	 */
	if (faccessat(p->dir_fd, shard->file.p, F_OK, AT_SYMLINK_NOFOLLOW) < 0) {
		moved = vec_push(&p->moved);
		if (!moved)
			return err_nomem(err);
		*moved = shard->file;
	}
	if (renameat(AT_FDCWD, path, p->dir_fd, shard->file.p) < 0)
		return err_errno(err, errno, "%s/%s", p->dir, shard->file.p);
	return 0;
}

static int move_shards(struct publication *p, const struct index *index, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < index->n_shards && r == 0; i++)
		r = move_shard(p, &index->shards[i], err);
	return r;
}

static int sync_dir(const struct publication *p, const char *name, struct err *err)
{
	CLEANUP(fd_closep) int fd = openat(p->dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? err_errno(err, errno, "%s/%s", p->dir, name) : 0;
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
	return sync_dir(p, "shards", err);
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
	vec_cut(&p->moved, 0); /* the index in place names them now */
	r = sync_dir(p, ".", err);
	return r < 0 ? err_wrap(err, r, "the new index is in place, but may not be on the disk")
		     : 0;
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

static void remember(const struct publication *p, const struct index *index,
		     const struct ed25519_key *key)
{
	struct db_pin pin = {.has_key = true, .version = index->version};
	struct err why = {0};

	memcpy(pin.key.public_half, key->public_half, ED25519_KEY_BYTES);
	/* The database is in place: the next to open it remembers. */
	if (db_pin_write(p->dir, &pin, &why) < 0)
		log_debug("the database's key is not remembered: %s", why.msg);
}

static int sign_and_replace(struct publication *p, const struct index *index,
			    const struct ed25519_key *key, struct err *err)
{
	/* No larger than what is read. */
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_JSON_BYTES);
	int r = index_write(index, key, &bytes, err);

	if (r < 0)
		return err_wrap(err, r, "%s/index.json", p->dir);
	return replace_index(p, strbuf_str(&bytes), err);
}

/* Behind all that this key has signed here, as far as anybody remembers. */
static void set_version(struct index *index, const struct index *last, bool is_first,
			const struct db_pin *pin)
{
	uint64_t newest = last->version > pin->version ? last->version : pin->version;
	int64_t built = 0;

	(void)clock_parse(index->built, &built); /* 0: the version counts from the last one */
	index->version = built > 0 ? (uint64_t)built : 1;
	if (!is_first && index->version <= newest)
		index->version = newest + 1;
}

/* What is remembered of this key; a pin that is another's or cannot be read says nothing of it. */
static bool read_own_pin(const struct publication *p, const struct ed25519_key *key,
			 struct db_pin *ret)
{
	int r = db_pin_read(p->dir, ret, NULL);

	if (r == 0 && (!ret->has_key || ed25519_same(&ret->key, key)))
		return true;
	*ret = (struct db_pin){0};
	return false;
}

static int put_in_place(struct publication *p, const struct index *index, struct err *err)
{
	int r = move_shards(p, index, err);

	return r < 0 ? r : sync_shards(p, index, err);
}

static int replace(struct publication *p, struct index *index, const struct ed25519_key *key,
		   struct arena *arena, bool *ret_unchanged, struct err *err)
{
	struct ed25519_key signer = {0};
	struct index last, own = {0};
	struct db_pin pin = {0};
	bool is_own_pin = read_own_pin(p, key, &pin);
	int found = read_last(p, arena, &last, &signer, &p->damaged), r;

	if (found == -ERR_NOT_FOUND)
		p->damaged = (struct err){0};
	if (found == 0 && ed25519_same(&signer, key))
		own = last;
	*ret_unchanged = own.n_shards && own.version >= pin.version && is_same(index, &own);
	r = put_in_place(p, index, err);
	/* Forgotten first: who comes in between trusts the old signer or the new one. */
	if (r == 0 && !is_own_pin)
		r = db_pin_remove(p->dir, err);
	if (r < 0)
		return r;
	set_version(index, &own, found == -ERR_NOT_FOUND, &pin);
	if (*ret_unchanged) {
		index->version = own.version;
		vec_cut(&p->moved, 0); /* the index in place names them */
	} else {
		r = sign_and_replace(p, index, key, err);
	}
	if (r < 0)
		return r;
	remember(p, index, key);
	if (p->damaged.code == ERR_OK)
		sweep(p->dir_fd, "shards", (const struct index *[]){index, &last}, 2);
	return 0;
}

int publish_index(struct publication *p, struct index *index, bool *ret_unchanged, struct err *err)
{
	struct ed25519_key key = {0};
	struct arena arena;
	int r = db_own_key(true, &key, err);

	if (r < 0)
		return r;
	arena_init(&arena, LIMIT_ARENA_BYTES);
	r = replace(p, index, &key, &arena, ret_unchanged, err);
	ed25519_key_done(&key);
	arena_done(&arena);
	return r;
}
