/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/secret_fingerprint.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "crypto/hmac.h"

#define KEY_BYTES     32
#define KEY_BYTES_MIN 16
#define KEY_BYTES_MAX 4096
#define PREFIX_MAX    4
#define LONG_VALUE    16

/* ---- the key ---- */

void fingerprint_key_done(struct fingerprint_key *key)
{
	secret_done(&key->bytes);
}

static int random_key(struct fingerprint_key *ret, struct err *err)
{
	char bytes[KEY_BYTES];
	bool ok = getrandom(bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes;
	int r = 0;

	if (!ok)
		r = err_errno(err, errno, "random bytes for fingerprints");
	else if (!secret_set(&ret->bytes, str_make(bytes, sizeof bytes)))
		r = err_nomem(err);
	explicit_bzero(bytes, sizeof bytes);
	return r;
}

static int read_key(const char *path, struct fingerprint_key *ret, struct err *err)
{
	char bytes[KEY_BYTES_MAX + 1];
	CLEANUP(fd_closep) int fd = fd_open_read(path, err);
	ssize_t n = fd < 0 ? fd : fd_read_full(fd, bytes, sizeof bytes, err);
	int r = n < 0 ? (int)n : 0;

	if (r == 0 && (n < KEY_BYTES_MIN || n > KEY_BYTES_MAX))
		r = err_set(err, ERR_FORMAT, "%s: a key for fingerprints has %d to %d bytes", path,
			    KEY_BYTES_MIN, KEY_BYTES_MAX);
	if (r == 0 && !secret_set(&ret->bytes, str_make(bytes, (size_t)n)))
		r = err_nomem(err);
	if (n > 0)
		explicit_bzero(bytes, (size_t)n);
	ret->is_lasting = r == 0;
	return r;
}

/* Written whole before it has its name; who comes second takes what the first one made. */
static bool write_key(const char *path, const struct fingerprint_key *key)
{
	CLEANUP(freep) char *temp = NULL;
	CLEANUP(fd_closep) int fd = -1;
	bool ok;

	if (asprintf(&temp, "%s.XXXXXX", path) < 0) {
		temp = NULL;
		return false;
	}
	fd = mkostemp(temp, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return false;
	ok = fd_write_all(fd, secret_str(&key->bytes), NULL) == 0 && fsync(fd) == 0 &&
	     link(temp, path) == 0;
	(void)unlink(temp); /* its other name stays */
	return ok;
}

static char *default_dir(void)
{
	const char *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	char *path = NULL;
	int n = -1;

	if (xdg && xdg[0] == '/')
		n = asprintf(&path, "%s/plimsoll", xdg);
	else if (home && home[0] == '/')
		n = asprintf(&path, "%s/.local/share/plimsoll", home);
	return n < 0 ? NULL : path;
}

static int default_key(struct fingerprint_key *ret, struct err *err)
{
	CLEANUP(freep) char *dir = default_dir();
	CLEANUP(freep) char *path = NULL;
	struct err why = {0};
	int r;

	if (!dir || asprintf(&path, "%s/secrets.key", dir) < 0) {
		path = NULL;
		return random_key(ret, err);
	}
	r = read_key(path, ret, &why);
	if (r == 0 || r == -ERR_FORMAT || r == -ERR_NOMEM) {
		if (r < 0 && err)
			*err = why;
		return r;
	}
	r = random_key(ret, err);
	if (r < 0 || why.code != ERR_NOT_FOUND || dir_make_all(dir, NULL) < 0)
		return r;
	if (write_key(path, ret))
		ret->is_lasting = true;
	else if (access(path, R_OK) == 0)
		r = read_key(path, ret, err);
	return r;
}

int fingerprint_key_open(const char *path, struct fingerprint_key *ret, struct err *err)
{
	return path ? read_key(path, ret, err) : default_key(ret, err);
}

int fingerprint_key_hash(const struct fingerprint_key *key, uint64_t *ret, struct err *err)
{
	const struct str what = STR("plimsoll: which key");
	unsigned char mac[HMAC_BYTES];
	int r = hmac_sha256(secret_str(&key->bytes), &what, 1, mac, err);

	if (r == 0)
		memcpy(ret, mac, sizeof *ret);
	return r;
}

/* ---- what is told ---- */

int secret_fingerprint(const struct fingerprint_key *key, struct str rule, struct str value,
		       char ret[SECRET_FINGERPRINT_MAX], struct err *err)
{
	const struct str parts[] = {rule, {"", 1}, value};
	unsigned char mac[HMAC_BYTES];
	int r = hmac_sha256(secret_str(&key->bytes), parts, 3, mac, err);

	for (size_t i = 0; i < (SECRET_FINGERPRINT_MAX - 1) / 2 && r == 0; i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", mac[i]);
	return r;
}

/* What every match of the pattern begins with; nothing where that is not plain to see. */
static struct str literal_prefix(struct str pattern)
{
	size_t n = 0;

	if (str_find_char(pattern, '|') < pattern.n)
		return STR_NULL;
	while (n < pattern.n &&
	       (char_is_alnum(pattern.p[n]) || pattern.p[n] == '_' || pattern.p[n] == '-'))
		n++;
	if (n > 0 && n < pattern.n && strchr("?*{", pattern.p[n]))
		n--;
	if (n == 0 || !char_is_alnum(pattern.p[0]))
		return STR_NULL;
	return str_sub(pattern, 0, n);
}

struct str secret_redact(const struct secret_rule *rule, struct str value,
			 char ret[SECRET_REDACTED_MAX])
{
	struct str prefix = literal_prefix(rule->pattern);
	int n;

	prefix = str_sub(prefix, 0, value.n / 4 < PREFIX_MAX ? value.n / 4 : PREFIX_MAX);
	if (!str_has_prefix(value, prefix))
		prefix = STR_NULL;
	if (value.n < LONG_VALUE)
		n = snprintf(ret, SECRET_REDACTED_MAX, "********");
	else
		n = snprintf(ret, SECRET_REDACTED_MAX, "%.*s******** (%zu characters)",
			     STR_FMT(prefix), value.n);
	return str_make(ret, (size_t)n);
}
