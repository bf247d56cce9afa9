/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/db.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file_stream.h"
#include "base/limits.h"
#include "base/log.h"
#include "codec/sqlite_file.h"
#include "crypto/digest.h"
#include "vuln/collect.h"
#include "vuln/db_trust.h"

#define READ_BYTES   ((size_t)256 << 10)
#define PEM_BYTES    4096
#define RACY_SECONDS 2

struct open_shard {
	const struct index_shard *entry;
	struct shard *shard;
};

struct db {
	char *dir;
	struct arena arena;
	struct index index;
	struct vec shards; /* struct open_shard */
	struct sqlite_file *enrichment;
	struct sqlite_statement *find_enrichment, *find_fact;
	int verified_fd; /* directory of what was verified before; -1: none */
};

char *db_default_dir(void)
{
	const char *env = getenv("PLIMSOLL_DB");

	return env && env[0] ? str_dup(str_of(env)) : db_data_path("db");
}

const char *db_dir(const struct db *db)
{
	return db->dir;
}

const struct index *db_index(const struct db *db)
{
	return &db->index;
}

/* ---- what was verified before ---- */

static int open_verified_dir(void)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	CLEANUP(freep) char *path = NULL;
	int n = -1;

	if (xdg && xdg[0] == '/')
		n = asprintf(&path, "%s/plimsoll/database-1", xdg);
	else if (home && home[0] == '/')
		n = asprintf(&path, "%s/.cache/plimsoll/database-1", home);
	if (n < 0) {
		path = NULL;
		return -1;
	}
	if (dir_make_all(path, NULL) < 0)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* The file that says which digest an identity was verified to have. */
static bool memory_name(int fd, char name[DIGEST_TEXT_MAX])
{
	char identity[FILE_IDENTITY_MAX], text[DIGEST_TEXT_MAX];
	struct str id = file_identity(fd, 0, identity);
	struct digest_value digest;

	if (id.n == 0 || digest_of(id, &digest, NULL) < 0)
		return false;
	(void)digest_format(&digest, text);
	(void)snprintf(name, DIGEST_TEXT_MAX, "at-%.64s", text + 7); /* shorter than `text` */
	return true;
}

static bool was_verified(const struct db *db, int fd, struct str digest)
{
	char name[DIGEST_TEXT_MAX], known[DIGEST_TEXT_MAX];
	CLEANUP(fd_closep) int memory = -1;
	ssize_t n;

	if (db->verified_fd < 0 || !memory_name(fd, name))
		return false;
	memory = openat(db->verified_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	n = memory < 0 ? -1 : fd_read_full(memory, known, sizeof known, NULL);
	return n > 0 && str_eq(str_make(known, (size_t)n), digest);
}

/*
 * A file changed a moment ago could change again without its times telling: a moment is what its
 * file system counts in, whole seconds or the kernel's ticks of 10 ms at most.
 */
static bool is_settled(struct timespec changed, struct timespec now)
{
	int64_t ms = (int64_t)(now.tv_sec - changed.tv_sec) * 1000 +
		     (now.tv_nsec - changed.tv_nsec) / 1000000;

	return ms > (changed.tv_nsec ? DB_SETTLE_MS : RACY_SECONDS * 1000);
}

static void remember_verified(const struct db *db, int fd, struct str digest)
{
	char name[DIGEST_TEXT_MAX];
	struct timespec now;
	struct stat st;

	if (db->verified_fd >= 0 && fstat(fd, &st) == 0 &&
	    clock_gettime(CLOCK_REALTIME, &now) == 0 && is_settled(st.st_mtim, now) &&
	    is_settled(st.st_ctim, now) && memory_name(fd, name))
		(void)file_write_atomic(db->verified_fd, name, digest, NULL); /* costs a re-read */
}

/* ---- opening ---- */

/* A file of the database, opened without waiting for anybody: a pipe is no file of it. */
static int open_file(const char *path, struct stat *st, struct err *err)
{
	CLEANUP(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int opened = fd;

	if (fd < 0 && errno == EACCES)
		return err_set(err, ERR_DENIED,
			       "%s may not be read by you; who built the database has to allow it, "
			       "or --db names another",
			       path);
	if (fd < 0 || fstat(fd, st) < 0)
		return err_errno(err, errno, "%s", path);
	if (!S_ISREG(st->st_mode))
		return err_set(err, ERR_FORMAT, "%s: not a file", path);
	fd = -1;
	return opened;
}

/* Why there is no index at a place that exists. */
static int no_index(const char *dir, bool is_named, struct err *err)
{
	struct stat st;

	if (stat(dir, &st) == 0 && !S_ISDIR(st.st_mode))
		return err_set(err, ERR_USAGE,
			       "%s is a file; a database is a directory, see plimsoll db --help",
			       dir);
	/* Who named no place gets the reason, and what to do, as a part that was not assessed. */
	if (!is_named)
		return err_set(err, ERR_NOT_FOUND, "no vulnerability database at %s", dir);
	return err_set(
		err, ERR_NOT_FOUND,
		"no vulnerability database at %s; plimsoll db update --db %s, or plimsoll db "
		"build --feeds DIR --db %s, makes one",
		dir, dir, dir);
}

static int read_index(const char *dir, bool is_named, struct strbuf *sb, struct err *err)
{
	CLEANUP(freep) char *path = NULL;
	CLEANUP(fd_closep) int fd = -1;
	struct stat st;
	int r;

	if (asprintf(&path, "%s/index.json", dir) < 0) {
		path = NULL;
		return err_nomem(err);
	}
	if (access(path, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return no_index(dir, is_named, err);
	fd = open_file(path, &st, err);
	if (fd < 0)
		return fd;
	r = fd_read_all(fd, sb, err);
	return r < 0 ? err_wrap(err, r, "%s", path) : 0;
}

static int read_key(const char *path, struct ed25519_key *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(PEM_BYTES);
	int r = file_read(path, &pem, err);

	if (r == 0)
		r = ed25519_parse(strbuf_str(&pem), ret, err);
	return r < 0 ? err_wrap(err, r, "key %s", path) : 0;
}

/* Zeroed when no key is expected. */
static int choose_key(const struct db_options *options, const struct db_pin *pin,
		      struct ed25519_key *ret, struct err *err)
{
	if (options->key_file)
		return read_key(options->key_file, ret, err);
	*ret = pin->has_key ? pin->key : (struct ed25519_key){0};
	return 0;
}

/* Seen for the first time, the index says whose it is: trusted from now on. */
static int read_signed(struct db *db, struct str bytes, bool is_known, struct ed25519_key *key,
		       struct err *err)
{
	int r = is_known ? 0 : index_peek_key(bytes, key, err);

	return r < 0 ? r : index_read(bytes, key, &db->arena, &db->index, err);
}

static int check_version(const struct db *db, const struct db_options *options,
			 const struct db_pin *pin, struct err *err)
{
	if (db->index.version >= pin->version || options->allow_older)
		return 0;
	return err_set(err, ERR_DENIED,
		       "%s: index of version %llu, but version %llu was here before; plimsoll db "
		       "update, or db build, makes a newer one, db verify --allow-older checks it "
		       "as it is",
		       db->dir, (unsigned long long)db->index.version,
		       (unsigned long long)pin->version);
}

static void update_pin(const struct db *db, struct db_pin *pin, const struct ed25519_key *key)
{
	struct err why = {0};

	if (pin->has_key && db->index.version <= pin->version)
		return;
	if (!pin->has_key)
		pin->key = *key;
	pin->has_key = true;
	pin->version = db->index.version;
	if (db_pin_write(db->dir, pin, &why) < 0)
		log_debug("the database's key is not remembered: %s", why.msg);
}

/* What to do about an index that cannot be used. */
static int explain_index(const struct db *db, const struct db_options *options, struct str bytes,
			 const struct ed25519_key *key, int r, struct err *err)
{
	CLEANUP(freep) char *pin = db_pin_path(db->dir);
	struct ed25519_key signer;
	struct err why = {0};

	if (err)
		why = *err;
	if (r == -ERR_UNSUPPORTED)
		return err_set(err, why.code, "%s: %s; plimsoll db build makes it anew", db->dir,
			       why.msg);
	if (r != -ERR_DENIED && r != -ERR_FORMAT)
		return err_wrap(err, r, "%s", db->dir);
	if (r == -ERR_FORMAT || index_peek_key(bytes, &signer, NULL) < 0 ||
	    ed25519_same(&signer, key))
		return err_set(err, why.code,
			       "%s: %s; it was changed or cut short: plimsoll db update, or db "
			       "build, makes it anew",
			       db->dir, why.msg);
	if (options->key_file)
		return err_set(err, why.code, "%s: %s (%s)", db->dir, why.msg, options->key_file);
	return err_set(err, why.code,
		       "%s: %s; if its new signer is to be trusted, remove %s; else db build makes "
		       "it anew",
		       db->dir, why.msg, pin ? pin : "what is known of it");
}

static int load(struct db *db, const struct db_options *options, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct ed25519_key key = {0};
	struct db_pin pin;
	int r = read_index(db->dir, options->dir != NULL, &bytes, err);

	if (r == 0)
		r = db_pin_read(db->dir, &pin, err);
	if (r == 0)
		r = choose_key(options, &pin, &key, err);
	if (r == 0) {
		r = read_signed(db, strbuf_str(&bytes), options->key_file || pin.has_key, &key,
				err);
		if (r < 0)
			return explain_index(db, options, strbuf_str(&bytes), &key, r, err);
	}
	if (r == 0)
		r = check_version(db, options, &pin, err);
	/* A key that was given by hand is not what the next run should trust by itself. */
	if (r == 0 && (!options->key_file || pin.has_key))
		update_pin(db, &pin, &key);
	return r;
}

int db_open(const struct db_options *options, struct db **ret, struct err *err)
{
	CLEANUP(db_closep) struct db *db = calloc(1, sizeof *db);
	int r;

	if (!db)
		return err_nomem(err);
	db->shards = (struct vec)VEC_INIT(struct open_shard, LIMIT_JSON_BYTES);
	db->verified_fd = -1;
	arena_init(&db->arena, LIMIT_ARENA_BYTES);
	db->dir = options->dir ? str_dup(str_of(options->dir)) : db_default_dir();
	if (!db->dir)
		return err_set(err, ERR_NOT_FOUND,
			       "no place for a database; set HOME, PLIMSOLL_DB or --db");
	r = load(db, options, err);
	if (r < 0)
		return r;
	db->verified_fd = open_verified_dir();
	*ret = TAKE(db);
	return 0;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < db->shards.n; i++)
		shard_close(((struct open_shard *)vec_at(&db->shards, i))->shard);
	vec_done(&db->shards);
	sqlite_file_close(db->enrichment);
	fd_closep(&db->verified_fd);
	arena_done(&db->arena);
	free(db->dir);
	free(db);
}

void db_closep(struct db **db)
{
	db_close(*db);
	*db = NULL;
}

/* ---- shards ---- */

static int digest_file(int fd, struct digest_value *ret, struct err *err)
{
	CLEANUP(freep) char *buffer = malloc(READ_BYTES);
	CLEANUP(digest_done) struct digest d = {0};
	ssize_t n = 1;
	off_t at = 0;
	int r = buffer ? digest_init(&d, DIGEST_SHA256, err) : err_nomem(err);

	while (r == 0 && n > 0) {
		n = fd_pread_full(fd, buffer, READ_BYTES, at, err);
		if (n < 0)
			return (int)n;
		digest_update(&d, str_make(buffer, (size_t)n));
		at += n;
	}
	if (r == 0)
		digest_final(&d, ret);
	return r;
}

/* One that is larger is not read at all: its end may be far. */
static int check_digest(int fd, const char *path, uint64_t size, const struct index_shard *entry,
			struct err *err)
{
	struct digest_value digest;
	char text[DIGEST_TEXT_MAX];
	int r;

	if (size > entry->size)
		return err_set(err, ERR_DENIED,
			       "%s was changed; plimsoll db update, or db build, makes it anew (it "
			       "has %llu bytes, in the index %llu)",
			       path, (unsigned long long)size, (unsigned long long)entry->size);
	r = digest_file(fd, &digest, err);
	if (r < 0)
		return err_wrap(err, r, "%s", path);
	if (str_eq(digest_format(&digest, text), entry->digest))
		return 0;
	return err_set(err, ERR_DENIED,
		       "%s was changed or cut short; plimsoll db update, or db build, makes it "
		       "anew (it has digest %s, in the index %.*s)",
		       path, text, STR_FMT(entry->digest));
}

/*
 * The shard's file, open, once its bytes are what the index says. It is this file that is read
 * then: another one may be at the path by now. *ret_path is its path, for messages.
 */
static int open_verified(struct db *db, const struct index_shard *entry, bool again,
			 char **ret_path, struct err *err)
{
	CLEANUP(freep) char *path = NULL;
	CLEANUP(fd_closep) int fd = -1;
	struct stat st;
	int r = 0, verified;

	if (asprintf(&path, "%s/%.*s", db->dir, STR_FMT(entry->file)) < 0) {
		path = NULL;
		return err_nomem(err);
	}
	fd = open_file(path, &st, err);
	if (fd < 0)
		return fd == -ERR_NOT_FOUND
			       ? err_set(err, ERR_NOT_FOUND,
					 "%s is missing; plimsoll db update, or db build, makes it "
					 "anew",
					 path)
			       : fd;
	if (again || !was_verified(db, fd, entry->digest)) {
		r = check_digest(fd, path, (uint64_t)st.st_size, entry, err);
		if (r == 0)
			remember_verified(db, fd, entry->digest);
	}
	if (r < 0)
		return r;
	*ret_path = TAKE(path);
	verified = fd;
	fd = -1;
	return verified;
}

static int open_shard(struct db *db, const struct index_shard *entry, struct shard **ret,
		      struct err *err)
{
	char what[160];
	CLEANUP(freep) char *path = NULL;
	CLEANUP(fd_closep) int fd = open_verified(db, entry, false, &path, err);

	(void)snprintf(what, sizeof what, "shard %.*s", STR_FMT(entry->name)); /* may be cut */
	return fd < 0 ? err_wrap(err, fd, "%s", what) : shard_open_fd(fd, path, what, ret, err);
}

int db_shard(struct db *db, struct str name, struct shard **ret, struct err *err)
{
	const struct index_shard *entry = index_shard_find(&db->index, name);
	struct open_shard *opened;
	int r;

	if (!entry || str_is(name, "enrichment"))
		return 0;
	for (size_t i = 0; i < db->shards.n; i++) {
		opened = vec_at(&db->shards, i);
		if (opened->entry == entry) {
			*ret = opened->shard;
			return 1;
		}
	}
	opened = vec_push(&db->shards);
	if (!opened)
		return err_nomem(err);
	r = open_shard(db, entry, &opened->shard, err);
	if (r < 0) {
		vec_cut(&db->shards, db->shards.n - 1);
		return r;
	}
	opened->entry = entry;
	*ret = opened->shard;
	return 1;
}

/* ---- enrichment ---- */

/* 1 when it is open, 0 when there is none. */
static int open_enrichment(struct db *db, struct err *err)
{
	const struct index_shard *entry = index_shard_find(&db->index, STR("enrichment"));
	CLEANUP(freep) char *path = NULL;
	CLEANUP(fd_closep) int fd = -1;
	int r;

	if (db->find_fact || !entry)
		return db->find_fact != NULL;
	fd = open_verified(db, entry, false, &path, err);
	r = fd < 0 ? fd : sqlite_file_open_fd(fd, path, &db->enrichment, err);
	if (r == 0)
		r = sqlite_file_check_schema(db->enrichment, enrichment_schema, err);
	if (r == 0)
		r = sqlite_file_prepare(db->enrichment,
					"SELECT facts FROM enrichment WHERE cve = ?1",
					&db->find_enrichment, err);
	if (r == 0)
		r = sqlite_file_prepare(db->enrichment,
					"SELECT value FROM fact WHERE feed = ?1 AND key = ?2",
					&db->find_fact, err);
	if (r < 0) {
		sqlite_file_close(TAKE(db->enrichment));
		return err_wrap(err, r, "shard enrichment");
	}
	return 1;
}

int db_enrichment(struct db *db, struct str cve, struct arena *arena, struct enrichment *ret,
		  struct err *err)
{
	uint64_t key;
	int r;

	if (!enrichment_key(cve, &key))
		return 0;
	r = open_enrichment(db, err);
	if (r <= 0)
		return r;
	sqlite_reset(db->find_enrichment);
	sqlite_bind_int(db->find_enrichment, 1, (int64_t)key);
	r = sqlite_step(db->find_enrichment, err);
	if (r <= 0)
		return r;
	*ret = (struct enrichment){.cve = arena_str(arena, cve)};
	if (!enrichment_unpack(sqlite_column_str(db->find_enrichment, 0), arena, ret))
		return err_set(err, ERR_FORMAT, "shard enrichment: damaged entry");
	return 1;
}

int db_fact(struct db *db, struct str feed, struct str key, struct arena *arena, struct str *ret,
	    struct err *err)
{
	int r = open_enrichment(db, err);

	if (r <= 0)
		return r;
	sqlite_reset(db->find_fact);
	sqlite_bind_str(db->find_fact, 1, feed);
	sqlite_bind_str(db->find_fact, 2, key);
	r = sqlite_step(db->find_fact, err);
	if (r <= 0)
		return r;
	*ret = arena_str(arena, sqlite_column_str(db->find_fact, 0));
	return ret->p ? 1 : err_nomem(err);
}

/* ---- verification ---- */

int db_verify(struct db *db, struct err *err)
{
	for (size_t i = 0; i < db->index.n_shards; i++) {
		const struct index_shard *entry = &db->index.shards[i];
		CLEANUP(freep) char *path = NULL;
		CLEANUP(fd_closep) int fd = open_verified(db, entry, true, &path, err);

		if (fd < 0)
			return err_wrap(err, fd, "shard %.*s", STR_FMT(entry->name));
	}
	return (int)db->index.n_shards;
}
