/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/db_trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

static int make_key(int dir_fd, struct ed25519_key *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf secret = STRBUF_INIT(PEM_BYTES);
	CLEANUP(strbuf_done) struct strbuf public_half = STRBUF_INIT(PEM_BYTES);
	struct ed25519_key key = {0};
	int r = ed25519_generate(&key, err);

	if (r == 0)
		r = ed25519_format_secret(&key, &secret, err);
	if (r == 0)
		r = ed25519_format_public(&key, &public_half, err);
	if (r == 0) /* written with mode 0600 */
		r = file_write_atomic(dir_fd, "database.key", strbuf_str(&secret), err);
	if (r == 0)
		r = file_write_atomic(dir_fd, "database.pub", strbuf_str(&public_half), err);
	if (r == 0)
		*ret = key;
	if (secret.p)
		explicit_bzero(secret.p, secret.cap);
	ed25519_key_done(&key);
	return r;
}

int db_own_key(bool create, struct ed25519_key *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf pem = STRBUF_INIT(PEM_BYTES);
	CLEANUP(fd_closep) int dir_fd = open_dir("keys", create, err);
	int r = dir_fd < 0 ? dir_fd : read_at(dir_fd, "database.key", &pem, err);

	if (r == -ERR_NOT_FOUND && dir_fd >= 0 && create)
		return make_key(dir_fd, ret, err);
	if (r < 0)
		return r;
	r = ed25519_parse(strbuf_str(&pem), ret, err);
	explicit_bzero(pem.p, pem.cap);
	return r < 0 ? err_wrap(err, r, "keys/database.key") : 0;
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

static int parse_pin(struct str text, struct db_pin *ret, struct err *err)
{
	struct str line, word;
	bool has_version = false;

	while (str_pull_line(&text, &line)) {
		CLEANUP(strbuf_done) struct strbuf key = STRBUF_INIT(64);

		if (!str_pull_until(&line, ' ', &word))
			continue;
		if (str_is(word, "version"))
			has_version = str_parse_u64(line, &ret->version);
		if (str_is(word, "key") && base64_decode(line, BASE64_STANDARD, &key, NULL) == 0 &&
		    key.n == ED25519_KEY_BYTES) {
			memcpy(ret->key.public_half, key.p, key.n);
			ret->has_key = true;
		}
	}
	return ret->has_key && has_version ? 0
					   : err_set(err, ERR_FORMAT, "no key or no version in it");
}

int db_pin_read(const char *dir, struct db_pin *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(PIN_BYTES);
	CLEANUP(fd_closep) int dir_fd = open_dir("known-databases", false, NULL);
	char name[PIN_NAME], real[PATH_MAX];
	int r;

	*ret = (struct db_pin){0};
	if (dir_fd < 0)
		return 0; /* nothing was ever seen */
	r = pin_name(dir, name, real, err);
	if (r == 0)
		r = read_at(dir_fd, name, &text, err);
	if (r == -ERR_NOT_FOUND)
		return 0;
	if (r == 0)
		r = parse_pin(strbuf_str(&text), ret, err);
	return r < 0 ? err_wrap(err, r, "known-databases/%s", name) : 0;
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
	strbuf_addf(&text, "\nversion %llu\ndirectory %s\n", (unsigned long long)pin->version,
		    real);
	if (r == 0)
		r = strbuf_check(&text, err);
	return r < 0 ? r : file_write_atomic(dir_fd, name, strbuf_str(&text), err);
}
