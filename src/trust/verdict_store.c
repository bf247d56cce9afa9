/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/verdict_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "codec/json_writer.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"

#define SCHEMA	   "plimsoll.verdict/1"
#define KEY_NAME   "key.pem"
#define KEY_BYTES  4096
#define NAME_BYTES 65 /* 64 hex digits and the end */

struct verdict_store {
	int dir;
	struct ed25519_key key;
};

void verdict_store_close(struct verdict_store *s)
{
	if (!s)
		return;
	fd_closep(&s->dir);
	ed25519_key_done(&s->key);
	free(s);
}

void verdict_store_closep(struct verdict_store **s)
{
	verdict_store_close(*s);
	*s = NULL;
}

/* ---- the key ---- */

static void wipe_done(struct strbuf *sb)
{
	if (sb->p)
		explicit_bzero(sb->p, sb->cap);
	strbuf_done(sb);
}

/* Nobody else may read what proves verdicts, or write where they lie. */
static int check_mode(int fd, const char *what, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_errno(err, errno, "%s", what);
	if (st.st_uid != geteuid() || (st.st_mode & 077))
		return err_set(err, ERR_DENIED,
			       "%s: others than its owner may use it; chmod go= it, or remove it",
			       what);
	return 0;
}

static int read_key(struct verdict_store *s, struct err *err)
{
	CLEANUP(wipe_done) struct strbuf pem = STRBUF_INIT(KEY_BYTES);
	CLEANUP(fd_closep) int fd = openat(s->dir, KEY_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int r;

	if (fd < 0)
		return err_errno(err, errno, "the key of the verdicts, %s", KEY_NAME);
	r = check_mode(fd, KEY_NAME, err);
	if (r == 0)
		r = fd_read_all(fd, &pem, err);
	return r < 0 ? r : ed25519_parse(strbuf_str(&pem), &s->key, err);
}

/* The first of several processes wins; the others read what it wrote. */
static int make_key(struct verdict_store *s, struct err *err)
{
	CLEANUP(wipe_done) struct strbuf pem = STRBUF_INIT(KEY_BYTES);
	CLEANUP(ed25519_key_done) struct ed25519_key key = {0};
	char temporary[64];
	int r = ed25519_generate(&key, err);

	if (r == 0)
		r = ed25519_format_secret(&key, &pem, err);
	if (r < 0)
		return r;
	(void)snprintf(temporary, sizeof temporary, FILE_TEMP_PREFIX "key.%ld", (long)getpid());
	r = file_write_durable(s->dir, temporary, strbuf_str(&pem), err);
	if (r < 0)
		return r;
	if (linkat(s->dir, temporary, s->dir, KEY_NAME, 0) < 0 && errno != EEXIST)
		r = err_errno(err, errno, "%s", KEY_NAME);
	(void)unlinkat(s->dir, temporary, 0); /* a second name, or not needed */
	return r;
}

int verdict_store_open(const char *dir, struct verdict_store **ret, struct err *err)
{
	CLEANUP(verdict_store_closep) struct verdict_store *s = calloc(1, sizeof *s);
	int r;

	if (!s)
		return err_nomem(err);
	s->dir = -1;
	r = dir_make_all(dir, err);
	if (r < 0)
		return r;
	s->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0)
		return err_errno(err, errno, "%s", dir);
	r = check_mode(s->dir, dir, err);
	if (r == 0)
		r = read_key(s, err);
	if (r == -ERR_NOT_FOUND) {
		r = make_key(s, err);
		if (r == 0)
			r = read_key(s, err);
	}
	if (r == 0)
		*ret = TAKE(s);
	return r;
}

/* ---- a verdict ---- */

static int name_of(struct str digest, struct str policy, char ret[NAME_BYTES], struct err *err)
{
	CLEANUP(digest_done) struct digest d = {0};
	struct digest_value value;
	char text[DIGEST_TEXT_MAX];
	struct str hex;
	int r = digest_init(&d, DIGEST_SHA256, err);

	if (r < 0)
		return r;
	digest_update(&d, digest);
	digest_update(&d, STR("\n"));
	digest_update(&d, policy);
	digest_final(&d, &value);
	hex = str_skip(digest_format(&value, text), sizeof "sha256:" - 1);
	memcpy(ret, hex.p, hex.n);
	ret[hex.n] = '\0';
	return 0;
}

static void put_time(struct json_writer *w, const char *key, int64_t time)
{
	json_key(w, key);
	json_add_int(w, time);
}

static void write_line(struct strbuf *sb, const struct kept_verdict *v, int64_t until)
{
	struct json_writer w;

	json_writer_init(&w, sb, JSON_COMPACT);
	json_open_map(&w);
	json_put_text(&w, "schema", SCHEMA);
	json_put_str(&w, "digest", v->digest);
	json_put_str(&w, "policy", v->policy);
	json_put_str(&w, "reference", v->reference);
	json_put_str(&w, "signers", v->signers);
	put_time(&w, "made", v->made);
	put_time(&w, "until", until);
	json_close_map(&w);
}

int verdict_store_put(struct verdict_store *s, const struct kept_verdict *v, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(VERDICT_BYTES_MAX);
	unsigned char signature[ED25519_SIGNATURE_BYTES];
	int64_t until = v->until;
	char name[NAME_BYTES];
	int r = name_of(v->digest, v->policy, name, err);

	if (r < 0)
		return r;
	if (until > v->made + VERDICT_SECONDS_MAX)
		until = v->made + VERDICT_SECONDS_MAX;
	write_line(&sb, v, until);
	r = strbuf_check(&sb, err);
	if (r == 0)
		r = ed25519_sign(&s->key, strbuf_str(&sb), signature, err);
	if (r < 0)
		return r;
	strbuf_addc(&sb, '\n');
	r = base64_encode(str_make(signature, sizeof signature), BASE64_STANDARD, &sb, err);
	if (r < 0)
		return r;
	strbuf_addc(&sb, '\n');
	r = strbuf_check(&sb, err);
	return r < 0 ? r : file_write_atomic(s->dir, name, strbuf_str(&sb), err);
}

static bool signature_holds(const struct verdict_store *s, struct str line, struct str base64)
{
	CLEANUP(strbuf_done) struct strbuf signature = STRBUF_INIT(ED25519_SIGNATURE_BYTES);

	return base64_decode(base64, BASE64_STANDARD, &signature, NULL) == 0 &&
	       ed25519_verify(&s->key, line, strbuf_str(&signature), NULL) == 0;
}

static bool take(const struct json *doc, struct arena *arena, struct kept_verdict *ret)
{
	*ret = (struct kept_verdict){
		.digest = arena_str(arena, json_get_str(doc, "digest")),
		.policy = arena_str(arena, json_get_str(doc, "policy")),
		.reference = arena_str(arena, json_get_str(doc, "reference")),
		.signers = arena_str(arena, json_get_str(doc, "signers")),
	};
	return str_is(json_get_str(doc, "schema"), SCHEMA) &&
	       json_get_int(doc, "made", &ret->made) && json_get_int(doc, "until", &ret->until) &&
	       ret->until > ret->made && ret->until - ret->made <= VERDICT_SECONDS_MAX;
}

/* Whether the file holds a verdict that was signed here; not whether it is still one. */
static bool read_verdict(const struct verdict_store *s, struct str file, struct arena *arena,
			 struct kept_verdict *ret)
{
	CLEANUP(json_freep) struct json *doc = NULL;
	struct str line, rest, base64;

	return str_cut(file, '\n', &line, &rest) && str_pull_line(&rest, &base64) &&
	       signature_holds(s, line, base64) && json_parse(line, &doc, NULL) == 0 &&
	       take(doc, arena, ret);
}

static int read_file(const struct verdict_store *s, const char *name, struct strbuf *sb,
		     struct err *err)
{
	CLEANUP(fd_closep) int fd = openat(s->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return err_errno(err, errno, "a kept verdict, %s", name);
	return fd_read_all(fd, sb, err);
}

int verdict_store_get(struct verdict_store *s, struct str digest, struct str policy, int64_t now,
		      struct arena *arena, struct kept_verdict *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(VERDICT_BYTES_MAX);
	struct kept_verdict found;
	char name[NAME_BYTES];
	int r = name_of(digest, policy, name, err);

	if (r == 0)
		r = read_file(s, name, &sb, err);
	if (r == -ERR_NOT_FOUND)
		return 0;
	if (r < 0 && r != -ERR_LIMIT)
		return r;
	if (r == 0 && read_verdict(s, strbuf_str(&sb), arena, &found) &&
	    str_eq(found.digest, digest) && str_eq(found.policy, policy) && now < found.until) {
		if (now < found.made)
			return 0; /* the clock was set back; it may come right again */
		*ret = found;
		return arena_check(arena, err) < 0 ? -ERR_NOMEM : 1;
	}
	(void)unlinkat(s->dir, name, 0); /* it is none any more; another try does it otherwise */
	return 0;
}

/* ---- sweeping ---- */

static bool is_name(const char *name)
{
	struct str s = str_of(name);

	for (size_t i = 0; i < s.n; i++)
		if (char_hex(s.p[i]) < 0)
			return false;
	return s.n == NAME_BYTES - 1;
}

static bool has_ended(const struct verdict_store *s, const char *name, int64_t now)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(VERDICT_BYTES_MAX);
	struct arena arena;
	struct kept_verdict v;
	bool ended;

	arena_init(&arena, 4 * VERDICT_BYTES_MAX);
	ended = read_file(s, name, &sb, NULL) == 0 &&
		(!read_verdict(s, strbuf_str(&sb), &arena, &v) || now >= v.until);
	arena_done(&arena);
	return ended;
}

static void dir_closep(DIR **d)
{
	if (*d)
		(void)closedir(*d); /* only read */
}

int verdict_store_sweep(struct verdict_store *s, int64_t now, size_t *ret_n, struct err *err)
{
	int fd = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CLEANUP(dir_closep) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	size_t seen = 0;

	*ret_n = 0;
	if (!dir) {
		fd_closep(&fd);
		return err_errno(err, errno, "the kept verdicts");
	}
	while (seen < VERDICT_FILES_MAX && (e = readdir(dir))) {
		seen++;
		if (is_name(e->d_name) && has_ended(s, e->d_name, now) &&
		    unlinkat(s->dir, e->d_name, 0) == 0)
			++*ret_n;
	}
	return 0;
}
