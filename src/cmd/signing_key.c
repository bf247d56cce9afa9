/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/signing_key.h"

#include "base/fd.h"
#include "trust/cosign_key.h"

/* A file with a key in the open is wiped from memory, too. */
static void wipe_buffer(struct strbuf *sb)
{
	if (sb->p)
		explicit_bzero(sb->p, sb->cap);
	strbuf_done(sb);
}

static int read_key(const char *path, struct strbuf *out, struct err *err)
{
	/* Room for all of it at once, so that no copy stays behind. */
	if (!strbuf_reserve(out, SECRET_KEY_BYTES_MAX))
		return err_nomem(err);
	return file_read(path, out, err);
}

/* The TSS library writes what went wrong on stderr by itself, besides telling it. */
static int open_tpm(struct str what, const struct secret_ask *ask, struct secret_key **ret,
		    struct err *err)
{
	(void)setenv("TSS2_LOG", "all+NONE", 0); /* unless somebody wants to read it */
	return secret_key_open_tpm(what, ask, ret, err);
}

static int open_file(const char *path, const struct secret_ask *ask, struct secret_key **ret,
		     struct err *err)
{
	CLEANUP(wipe_buffer) struct strbuf pem = STRBUF_INIT(SECRET_KEY_BYTES_MAX);
	int r = read_key(path, &pem, err);
	struct str text = strbuf_str(&pem);

	if (r < 0)
		return r;
	if (cosign_key_is(text))
		r = cosign_key_parse(text, ask, ret, err);
	else if (str_find(text, STR("BEGIN TSS2 PRIVATE KEY")) < text.n)
		r = open_tpm(text, ask, ret, err);
	else if (str_find(text, STR("BEGIN PUBLIC KEY")) < text.n)
		r = err_set(err, ERR_USAGE, "a public key, which cannot sign");
	else
		r = secret_key_parse(text, ask, ret, err);
	return r < 0 ? err_wrap(err, r, "%s", path) : 0;
}

int signing_key_open(const char *name, struct passphrase_source *how, struct secret_key **ret,
		     struct err *err)
{
	struct secret_ask ask = {passphrase_ask, how};
	struct str text = str_of(name);

	how->name = name;
	if (str_has_prefix(text, STR("pkcs11:")))
		return secret_key_open_pkcs11(text, &ask, ret, err);
	if (!str_pull_prefix(&text, STR("tpm:")))
		return open_file(name, &ask, ret, err);
	if (str_has_prefix(text, STR("0x")))
		return open_tpm(text, &ask, ret, err);
	return open_file(text.p, &ask, ret, err);
}

int public_key_open(const char *path, struct public_key **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(PUBLIC_KEY_BYTES_MAX);
	int r = file_read(path, &bytes, err);

	if (r < 0)
		return r;
	r = public_key_parse(strbuf_str(&bytes), ret, err);
	return r < 0 ? err_wrap(err, r, "%s", path) : 0;
}
