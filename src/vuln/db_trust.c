/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/db_trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fd.h"
#include "codec/base64.h"
#include "crypto/digest.h"

#define PEM_BYTES 4096
#define PIN_BYTES 16384
#define PIN_NAME  (32 + 1) /* hex digits, NUL */

char *db_data_path(const char *name)
{
	const char *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	char *path = NULL;
	int n = -1;

	if (xdg && xdg[0] == '/')
		n = asprintf(&path, "%s/plimsoll/%s", xdg, name);
	else if (home && home[0] == '/')
		n = asprintf(&path, "%s/.local/share/plimsoll/%s", home, name);
	return n < 0 ? NULL : path;
}

/* The directory below ours, made when it is missing and `create`; a descriptor. */
static int open_dir(const char *name, bool create, struct err *err)
{
	CLEANUP(freep) char *path = db_data_path(name);
	int fd, r;

	if (!path)
		return err_set(err, ERR_NOT_FOUND, "no place for keys; set HOME or XDG_DATA_HOME");
	r = create ? dir_make_all(path, err) : 0;
	if (r < 0)
		return r;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? err_errno(err, errno, "%s", path) : fd;
}

static int read_at(int dir_fd, const char *name, struct strbuf *sb, struct err *err)
{
	CLEANUP(fd_closep) int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? err_errno(err, errno, "%s", name) : fd_read_all(fd, sb, err);
}

static int write_public(int dir_fd, const struct ed25519_key *key, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(PEM_BYTES);
	int r = ed25519_format_public(key, &pem, err);

	return r < 0 ? r : file_write_durable(dir_fd, "database.pub", strbuf_str(&pem), err);
}

static int make_key(int dir_fd, struct ed25519_key *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf secret = STRBUF_INIT(PEM_BYTES);
	struct ed25519_key key = {0};
	int r = ed25519_generate(&key, err);

	if (r == 0)
		r = ed25519_format_secret(&key, &secret, err);
	if (r == 0) /* written with mode 0600 */
		r = file_write_durable(dir_fd, "database.key", strbuf_str(&secret), err);
	if (r == 0)
		*ret = key;
	if (secret.p)
		explicit_bzero(secret.p, secret.cap);
	ed25519_key_done(&key);
	return r;
}

/* The place of a file in messages: below $XDG_DATA_HOME. */
static int read_key(int dir_fd, const char *name, struct ed25519_key *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(PEM_BYTES);
	CLEANUP(freep) char *dir = db_data_path("keys");
	int r = read_at(dir_fd, name, &pem, err);

	if (r == 0)
		r = ed25519_parse(strbuf_str(&pem), ret, err);
	if (pem.p)
		explicit_bzero(pem.p, pem.cap);
	return r < 0 ? err_wrap(err, r, "%s/%s", dir ? dir : "keys", name) : 0;
}

/* Who comes second waits here and finds the key of the first. */
static int read_or_make(int dir_fd, struct ed25519_key *ret, struct err *err)
{
	struct err why = {0};
	int r;

	if (flock(dir_fd, LOCK_EX) < 0)
		return err_errno(err, errno, "lock the directory of keys");
	r = read_key(dir_fd, "database.key", ret, &why);
	if (r == -ERR_NOT_FOUND)
		r = make_key(dir_fd, ret, err);
	else if (r < 0)
		return err_set(err, why.code, "%s", why.msg);
	/* A build may have ended between the two. */
	if (r == 0 && faccessat(dir_fd, "database.pub", F_OK, 0) < 0)
		r = write_public(dir_fd, ret, err);
	return r;
}

int db_own_key(bool create, struct ed25519_key *ret, struct err *err)
{
	CLEANUP(fd_closep) int dir_fd = open_dir("keys", create, err);

	if (dir_fd < 0)
		return dir_fd;
	return create ? read_or_make(dir_fd, ret, err) : read_key(dir_fd, "database.key", ret, err);
}

/* The pin's file name, and the path it stands for. */
static int pin_name(const char *dir, char name[PIN_NAME], char real[PATH_MAX], struct err *err)
{
	char text[DIGEST_TEXT_MAX];
	struct digest_value digest;
	int r;

	if (!realpath(dir, real))
		return err_errno(err, errno, "%s", dir);
	r = digest_of(str_of(real), &digest, err);
	if (r < 0)
		return r;
	(void)digest_format(&digest, text);
	(void)snprintf(name, PIN_NAME, "%.32s", text + 7); /* behind "sha256:" */
	return 0;
}

static bool parse_pinned_key(struct str text, struct db_pin *pin)
{
	CLEANUP(strbuf_done) struct strbuf key = STRBUF_INIT(64);

	if (base64_decode(text, BASE64_STANDARD, &key, NULL) < 0 || key.n != ED25519_KEY_BYTES)
		return false;
	memcpy(pin->key.public_half, key.p, key.n);
	pin->has_key = true;
	return true;
}

enum { SEEN_KEY = 1, SEEN_VERSION = 2, SEEN_DIRECTORY = 4 };

/* Which line it is, or 0 for one that db_pin_write does not write. */
static int parse_pin_line(struct str line, struct db_pin *pin)
{
	struct str word;

	if (!str_pull_until(&line, ' ', &word))
		return 0;
	if (str_is(word, "key"))
		return parse_pinned_key(line, pin) ? SEEN_KEY : 0;
	if (str_is(word, "version"))
		return str_parse_u64(line, &pin->version) ? SEEN_VERSION : 0;
	return str_is(word, "directory") ? SEEN_DIRECTORY : 0;
}

/* Each line once: more of them would be somebody's trick. */
static int parse_pin(struct str text, struct db_pin *ret, struct err *err)
{
	struct db_pin pin = {0};
	struct str line;
	int seen = 0;

	for (size_t lineno = 1; str_pull_line(&text, &line); lineno++) {
		int what = parse_pin_line(line, &pin);

		if (what == 0 || seen & what)
			return err_set(err, ERR_FORMAT, "line %zu is not what was written there",
				       lineno);
		seen |= what;
	}
	if (!(seen & SEEN_KEY) || !(seen & SEEN_VERSION))
		return err_set(err, ERR_FORMAT, "no key or no version in it");
	*ret = pin;
	return 0;
}

int db_pin_read(const char *dir, struct db_pin *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(PIN_BYTES);
	CLEANUP(fd_closep) int dir_fd = open_dir("known-databases", false, NULL);
	CLEANUP(freep) char *path = db_data_path("known-databases");
	char name[PIN_NAME], real[PATH_MAX];
	struct err why = {0};
	int r;

	*ret = (struct db_pin){0};
	if (dir_fd < 0)
		return 0; /* nothing was ever seen; what is not ours to read we did not write */
	r = pin_name(dir, name, real, err);
	if (r < 0)
		return r;
	r = read_at(dir_fd, name, &text, &why);
	if (r == -ERR_NOT_FOUND)
		return 0;
	if (r == 0)
		r = parse_pin(strbuf_str(&text), ret, &why);
	return r < 0 ? err_set(err, why.code,
			       "%s/%s, which keeps whose database %s is: %s; remove it to trust "
			       "what is there now",
			       path ? path : "known-databases", name, dir, why.msg)
		     : 0;
}

/* One line, whatever the path. */
static void add_path(struct strbuf *sb, const char *path)
{
	for (; *path; path++)
		if ((unsigned char)*path < ' ' || *path == 0x7f || *path == '\\')
			strbuf_addf(sb, "\\x%02x", (unsigned char)*path);
		else
			strbuf_addc(sb, *path);
}

int db_pin_write(const char *dir, const struct db_pin *pin, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(PIN_BYTES);
	CLEANUP(fd_closep) int dir_fd = open_dir("known-databases", true, err);
	char name[PIN_NAME], real[PATH_MAX];
	int r = dir_fd < 0 ? dir_fd : pin_name(dir, name, real, err);

	if (r < 0)
		return r;
	strbuf_adds(&text, "key ");
	r = base64_encode(str_make(pin->key.public_half, ED25519_KEY_BYTES), BASE64_STANDARD, &text,
			  err);
	strbuf_addf(&text, "\nversion %llu\ndirectory ", (unsigned long long)pin->version);
	add_path(&text, real);
	strbuf_addc(&text, '\n');
	if (r == 0)
		r = strbuf_check(&text, err);
	return r < 0 ? r : file_write_durable(dir_fd, name, strbuf_str(&text), err);
}

int db_pin_remove(const char *dir, struct err *err)
{
	CLEANUP(fd_closep) int dir_fd = open_dir("known-databases", false, NULL);
	char name[PIN_NAME], real[PATH_MAX];
	int r;

	if (dir_fd < 0)
		return 0;
	r = pin_name(dir, name, real, err);
	if (r == 0 && unlinkat(dir_fd, name, 0) < 0 && errno != ENOENT)
		r = err_errno(err, errno, "known-databases/%s", name);
	return r;
}

char *db_pin_path(const char *dir)
{
	CLEANUP(freep) char *path = NULL;
	char name[PIN_NAME], real[PATH_MAX];

	if (pin_name(dir, name, real, NULL) < 0 ||
	    asprintf(&path, "known-databases/%s", name) < 0) {
		path = NULL;
		return NULL;
	}
	return db_data_path(path);
}
