/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/dct_pins.h"

#include "base/fd.h"
#include "base/limits.h"

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (char_hex(s.p[i]) < 0)
			return false;
	return s.n == 64;
}

static int pin_of_file(const char *path, struct arena *arena, struct str *ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(CERTIFICATE_BYTES_MAX * 2);
	CLEANUP(certificate_freep) struct certificate *cert = NULL;
	struct digest_value digest;
	char text[DIGEST_TEXT_MAX];
	int r = file_read(path, &bytes, err);

	if (r == 0)
		r = certificate_parse(strbuf_str(&bytes), &cert, err);
	if (r == 0)
		r = certificate_digest(cert, DIGEST_SHA256, &digest, err);
	if (r < 0)
		return err_wrap(err, r, "--root-cert %s", path);
	*ret = arena_str(arena, str_skip(digest_format(&digest, text), sizeof "sha256:" - 1));
	return arena_check(arena, err);
}

static int read_cas(const char *path, struct certificate_list *list, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf bytes = STRBUF_INIT(LIMIT_CERTIFICATE_BYTES);
	CLEANUP(certificate_list_done) struct certificate_list some = {0};
	int r = file_read(path, &bytes, err);

	if (r == 0)
		r = certificate_list_parse(strbuf_str(&bytes), DCT_PINS_MAX, &some, err);
	if (r == 0 && some.n == 0)
		r = err_set(err, ERR_USAGE, "there is no certificate in it");
	for (size_t i = 0; i < some.n && r == 0; i++)
		r = certificate_list_add(list, certificate_der(some.p[i]), err);
	return r < 0 ? err_wrap(err, r, "--root-ca %s", path) : 0;
}

int dct_pins_read(const struct option_list *certs, const struct option_list *cas, bool tofu,
		  struct arena *arena, struct dct_pins *ret, struct err *err)
{
	int r = 0;

	*ret = (struct dct_pins){.tofu = tofu};
	for (size_t i = 0; i < certs->n && r == 0; i++) {
		if (is_hex(str_of(certs->p[i])))
			ret->ids[ret->n_ids] = str_of(certs->p[i]);
		else
			r = pin_of_file(certs->p[i], arena, &ret->ids[ret->n_ids], err);
		ret->n_ids++;
	}
	for (size_t i = 0; i < cas->n && r == 0; i++)
		r = read_cas(cas->p[i], &ret->cas, err);
	return r;
}

void dct_pins_done(struct dct_pins *pins)
{
	certificate_list_done(&pins->cas);
}
