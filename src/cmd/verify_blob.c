/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file and a signature over its bytes, in base64 or raw, as `cosign sign-blob` and openssl write.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "cmd/verify.h"
#include "codec/base64.h"
#include "crypto/public_key.h"

#define SIGNATURE_BYTES_MAX 8192

/* Base64, in lines or not; what is no base64 is the signature itself. */
static int take_signature(struct arena *arena, struct str file, struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(SIGNATURE_BYTES_MAX);
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(SIGNATURE_BYTES_MAX);
	struct str rest = file, word;

	while (str_pull_word(&rest, &word))
		strbuf_add(&text, word);
	if (base64_decode(strbuf_str(&text), BASE64_STANDARD, &bytes, NULL) < 0) {
		*ret = file;
		return 0;
	}
	*ret = arena_str(arena, strbuf_str(&bytes));
	return arena_check(arena, err);
}

static int try_key(const char *path, struct str bytes, struct str signature, struct verification *v,
		   struct err *err)
{
	CLEANUP(public_key_freep) struct public_key *key = NULL;
	struct verification_signature *s = verification_add(v, CLAIM_BLOB, str_of(path));
	struct digest_value digest;
	char text[DIGEST_TEXT_MAX];
	struct str pem;
	int r;

	if (!s)
		return err_nomem(err);
	r = verify_read(v->arena, path, PUBLIC_KEY_BYTES_MAX, &pem, err);
	if (r < 0)
		return r;
	r = public_key_parse(pem, &key, err);
	if (r < 0)
		return err_wrap(err, r == -ERR_NOMEM ? r : -ERR_USAGE, "--key %s", path);
	r = public_key_verify(key, public_key_scheme(key), bytes, signature, err);
	if (r < 0)
		return trail_take(s->trail, err, r, "signature",
				  "ask who signed it for the right key, and for the file again",
				  NULL);
	if ((r = public_key_digest(key, &digest, err)) < 0)
		return r;
	s->claim = (struct claim){
		.format = CLAIM_BLOB,
		.digest = v->digest,
		.key_digest = arena_str(v->arena, digest_format(&digest, text)),
		.algorithm = str_of(signature_scheme_name(public_key_scheme(key))),
	};
	trail_pass(s->trail, "signature", "the bytes of the file, by a key of %s",
		   public_key_name(key));
	s->holds = s->counts = true;
	s->counts_as = arena_strf(v->arena, "the key %s", path);
	return 0;
}

static int verify(const struct verify_options *opt, const char *const *argv, struct verification *v,
		  struct err *err)
{
	struct str bytes, file, signature;
	struct digest_value digest;
	char text[DIGEST_TEXT_MAX];
	int r;

	if (!opt->signature || opt->keys.n == 0)
		return err_set(err, ERR_USAGE, "verify blob needs --signature FILE and --key FILE");
	if ((r = verify_only(opt, "key signature", err)) < 0 ||
	    (r = verify_read(v->arena, argv[0], LIMIT_BLOB_VERIFY_BYTES, &bytes, err)) < 0 ||
	    (r = verify_read(v->arena, opt->signature, SIGNATURE_BYTES_MAX, &file, err)) < 0 ||
	    (r = take_signature(v->arena, file, &signature, err)) < 0 ||
	    (r = digest_of(bytes, &digest, err)) < 0)
		return r;
	v->digest = arena_str(v->arena, digest_format(&digest, text));
	for (size_t i = 0; i < opt->keys.n; i++) {
		r = try_key(opt->keys.p[i], bytes, signature, v, err);
		if (r < 0 && r != -ERR_DENIED)
			return r;
	}
	return verification_accept(v, err);
}

const struct verify_form verify_form_blob = {
	.word = "blob",
	.arguments = "FILE",
	.summary = "a file by a signature over its bytes (--signature, --key)",
	.n_arguments = 1,
	.verify = verify,
};
