/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/vec.h"

#define NAME_MAX_BYTES (3 + 64 + 1 + 16 + 1)
#define RACY_SECONDS   2
#define TEMP_SECONDS   3600 /* nobody writes one record for so long */

struct cache {
	int fd;
	char *path;
	uint64_t recipe;
};

static char *default_path(void)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *path = NULL;
	int n = -1;

	if (xdg && xdg[0] == '/')
		n = asprintf(&path, "%s/plimsoll/layers-1", xdg);
	else if (home && home[0] == '/')
		n = asprintf(&path, "%s/.cache/plimsoll/layers-1", home);
	return n < 0 ? NULL : path;
}

struct cache *cache_open(uint64_t recipe)
{
	struct cache *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->recipe = recipe;
	c->path = default_path();
	c->fd = -1;
	if (c->path && dir_make_all(c->path, NULL) == 0)
		c->fd = open(c->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->fd < 0) {
		cache_close(c);
		return NULL;
	}
	return c;
}

void cache_close(struct cache *c)
{
	if (!c)
		return;
	fd_closep(&c->fd);
	free(c->path);
	free(c);
}

struct str cache_path(const struct cache *c)
{
	return c ? str_of(c->path) : STR_NULL;
}

int cache_fd(const struct cache *c)
{
	return c ? c->fd : -1;
}

/* Of a sha256 digest; false for others, which are not cached. */
static bool record_name(const struct cache *c, struct str digest, char name[NAME_MAX_BYTES])
{
	struct digest_value v;

	if (digest_parse(digest, &v, NULL) < 0 || v.algorithm != DIGEST_SHA256)
		return false;
	if (c->recipe)
		(void)snprintf(name, NAME_MAX_BYTES, "%.64s-%016llx", digest.p + 7,
			       (unsigned long long)c->recipe); /* fits */
	else
		(void)snprintf(name, NAME_MAX_BYTES, "%.64s", digest.p + 7); /* fits */
	return true;
}

static bool identity_name(struct str identity, char name[NAME_MAX_BYTES])
{
	char text[DIGEST_TEXT_MAX];
	struct digest_value v;

	if (identity.n == 0 || digest_of(identity, &v, NULL) < 0)
		return false;
	(void)digest_format(&v, text);
	(void)snprintf(name, NAME_MAX_BYTES, "at-%.64s", text + 7);
	return true;
}

/* Maps a file whole; cache_release gives it back. */
static bool map_file(const struct cache *c, const char *name, struct str *ret)
{
	CLEANUP(fd_closep) int fd = openat(c->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0)
		return false;
	(void)futimens(fd, NULL); /* its use, for the trimming; a read-only cache is fine */
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (p == MAP_FAILED)
		return false;
	*ret = str_make(p, (size_t)st.st_size);
	return true;
}

void cache_release(struct str record)
{
	if (record.n)
		(void)munmap((void *)record.p, record.n); /* ours, whole */
}

/* The digest that the bytes of the file `identity` were verified to have, as text. */
static bool known_digest(const struct cache *c, struct str identity, char text[DIGEST_TEXT_MAX])
{
	char name[NAME_MAX_BYTES];
	CLEANUP(fd_closep) int fd = -1;
	ssize_t n;

	if (!identity_name(identity, name))
		return false;
	fd = openat(c->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	n = fd < 0 ? -1 : read(fd, text, DIGEST_TEXT_MAX - 1);
	if (n <= 0)
		return false;
	(void)futimens(fd, NULL); /* as in map_file */
	text[n] = '\0';
	return true;
}

bool cache_find(struct cache *c, struct str digest, struct str identity, struct str *ret)
{
	char name[NAME_MAX_BYTES], known[DIGEST_TEXT_MAX];

	*ret = STR_NULL;
	if (!c)
		return false;
	/* a promised digest of a local file still needs its bytes verified once */
	if (identity.n) {
		if (!known_digest(c, identity, known))
			return false;
		if (digest.n && !str_eq(digest, str_of(known)))
			return false;
		digest = str_of(known);
	}
	return record_name(c, digest, name) && map_file(c, name, ret);
}

/* Whether the times in the identity are old enough to tell a later change. */
static bool is_settled(struct str identity)
{
	struct str field;
	uint64_t seconds;

	for (int i = 0; i < 5; i++) {
		if (!str_pull_until(&identity, ':', &field))
			return false;
		if (i < 3)
			continue;
		(void)str_cut(field, '.', &field, &(struct str){0});
		if (!str_parse_u64(field, &seconds) ||
		    (uint64_t)time(NULL) < seconds + RACY_SECONDS)
			return false;
	}
	return true;
}

void cache_store(struct cache *c, const struct digest_value *blob, struct str identity,
		 struct str record)
{
	char text[DIGEST_TEXT_MAX], name[NAME_MAX_BYTES];
	struct str digest = digest_format(blob, text);
	struct cache_usage usage;

	if (!c || record.n > LIMIT_CACHE_BYTES / 2 || !record_name(c, digest, name))
		return;
	if (file_write_atomic(c->fd, name, record, NULL) < 0)
		return;
	if (is_settled(identity) && identity_name(identity, name))
		(void)file_write_atomic(c->fd, name, digest, NULL); /* costs a re-read at most */
	cache_usage(c, &usage);
	if (usage.bytes > (uint64_t)LIMIT_CACHE_BYTES)
		cache_trim(c, LIMIT_CACHE_BYTES / 4 * 3);
}

struct cached_file {
	char name[NAME_MAX_BYTES];
	uint64_t bytes;
	struct timespec used;
};

static int newest_first(const void *va, const void *vb)
{
	const struct cached_file *a = va, *b = vb;

	if (a->used.tv_sec != b->used.tv_sec)
		return a->used.tv_sec < b->used.tv_sec ? 1 : -1;
	return (a->used.tv_nsec < b->used.tv_nsec) - (a->used.tv_nsec > b->used.tv_nsec);
}

/* What a writer that was killed has left behind. */
static bool is_abandoned(const char *name, const struct stat *st)
{
	return str_has_prefix(str_of(name), STR(FILE_TEMP_PREFIX)) &&
	       st->st_mtim.tv_sec + TEMP_SECONDS < time(NULL);
}

/* Drops what is abandoned on the way. */
static void list_files(const struct cache *c, struct vec *files)
{
	int copy = openat(c->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		struct cached_file *f;
		struct stat st;

		if (fstatat(c->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (is_abandoned(entry->d_name, &st))
			(void)unlinkat(c->fd, entry->d_name, 0); /* another may have been first */
		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= NAME_MAX_BYTES)
			continue;
		f = vec_push(files);
		if (!f)
			break;
		memcpy(f->name, entry->d_name,
		       strlen(entry->d_name) + 1); /* length checked above */
		f->bytes = (uint64_t)st.st_size;
		f->used = st.st_mtim;
	}
	if (dir)
		(void)closedir(dir); /* read side */
}

void cache_usage(struct cache *c, struct cache_usage *ret)
{
	struct vec files = VEC_INIT(struct cached_file, LIMIT_ARCHIVE_MEMBERS);

	*ret = (struct cache_usage){0};
	if (!c)
		return;
	list_files(c, &files);
	for (size_t i = 0; i < files.n; i++) {
		const struct cached_file *f = vec_at(&files, i);

		ret->n_records += f->name[0] != 'a' || f->name[1] != 't';
		ret->bytes += f->bytes;
	}
	vec_done(&files);
}

void cache_trim(struct cache *c, uint64_t keep_bytes)
{
	struct vec files = VEC_INIT(struct cached_file, LIMIT_ARCHIVE_MEMBERS);
	uint64_t kept = 0;

	if (!c)
		return;
	list_files(c, &files);
	vec_sort(&files, newest_first);
	for (size_t i = 0; i < files.n; i++) {
		const struct cached_file *f = vec_at(&files, i);

		kept += f->bytes;
		if (kept > keep_bytes || keep_bytes == 0)
			(void)unlinkat(c->fd, f->name, 0); /* another process may have been first */
	}
	vec_done(&files);
}
