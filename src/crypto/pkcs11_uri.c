/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/pkcs11_uri.h"

#include "base/cleanup.h"

static const struct {
	const char *name;
	bool query; /* behind the '?' */
} attributes[] = {
	[PKCS11_TOKEN] = {.name = "token"},
	[PKCS11_MANUFACTURER] = {.name = "manufacturer"},
	[PKCS11_SERIAL] = {.name = "serial"},
	[PKCS11_MODEL] = {.name = "model"},
	[PKCS11_SLOT_MANUFACTURER] = {.name = "slot-manufacturer"},
	[PKCS11_SLOT_DESCRIPTION] = {.name = "slot-description"},
	[PKCS11_SLOT_ID] = {.name = "slot-id"},
	[PKCS11_OBJECT] = {.name = "object"},
	[PKCS11_ID] = {.name = "id"},
	[PKCS11_TYPE] = {.name = "type"},
	[PKCS11_MODULE_PATH] = {"module-path", .query = true},
	[PKCS11_PIN_SOURCE] = {"pin-source", .query = true},
};

_Static_assert(ARRAY_LEN(attributes) == PKCS11_ATTRIBUTES, "an attribute without its name");

void pkcs11_uri_done(struct pkcs11_uri *uri)
{
	strbuf_done(&uri->bytes);
	*uri = (struct pkcs11_uri){0};
}

static int find_attribute(struct str name, bool query, size_t *ret, struct err *err)
{
	if (query && str_is(name, "pin-value"))
		return err_set(
			err, ERR_DENIED,
			"pin-value shows the PIN to everybody who sees the command line; put "
			"it in a file and say pin-source=/path");
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++)
		if (attributes[i].query == query && str_is(name, attributes[i].name)) {
			*ret = i;
			return 0;
		}
	return err_set(err, ERR_UNSUPPORTED, "PKCS #11 URI: the attribute \"%.*s\" is not known",
		       STR_FMT(str_sub(name, 0, 64)));
}

/* Undoes %xx into the buffer, whose memory was reserved: slices of it stay where they are. */
static int decode(struct str text, struct strbuf *out, struct str *ret, struct err *err)
{
	size_t start = out->n;

	for (size_t i = 0; i < text.n; i++) {
		int high, low;

		if (text.p[i] != '%') {
			strbuf_addc(out, text.p[i]);
			continue;
		}
		high = i + 2 < text.n ? char_hex(text.p[i + 1]) : -1;
		low = i + 2 < text.n ? char_hex(text.p[i + 2]) : -1;
		if (high < 0 || low < 0)
			return err_set(err, ERR_FORMAT, "PKCS #11 URI: a %% without two digits");
		strbuf_addc(out, (char)(high * 16 + low));
		i += 2;
	}
	*ret = str_make(out->p + start, out->n - start);
	return strbuf_check(out, err);
}

static int take(struct pkcs11_uri *uri, struct str piece, bool query, struct err *err)
{
	struct str name, value;
	size_t i = 0;
	int r;

	if (!str_cut(piece, '=', &name, &value))
		return err_set(err, ERR_FORMAT, "PKCS #11 URI: \"%.*s\" lacks a value",
			       STR_FMT(str_sub(piece, 0, 64)));
	r = find_attribute(name, query, &i, err);
	if (r < 0)
		return r;
	if (uri->has[i])
		return err_set(err, ERR_FORMAT, "PKCS #11 URI: %s stands twice",
			       attributes[i].name);
	uri->has[i] = true;
	return decode(value, &uri->bytes, &uri->value[i], err);
}

static int take_all(struct pkcs11_uri *uri, struct str text, char separator, bool query,
		    struct err *err)
{
	struct str piece;

	while (str_pull_until(&text, separator, &piece)) {
		int r = take(uri, piece, query, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int check(const struct pkcs11_uri *uri, struct err *err)
{
	struct str path = uri->value[PKCS11_MODULE_PATH];

	if (uri->has[PKCS11_TYPE] && !str_is(uri->value[PKCS11_TYPE], "private"))
		return err_set(err, ERR_FORMAT, "PKCS #11 URI: a key that signs has type=private");
	if (uri->has[PKCS11_MODULE_PATH] &&
	    (!str_has_prefix(path, STR("/")) || str_find_char(path, '\0') < path.n))
		return err_set(err, ERR_FORMAT, "PKCS #11 URI: module-path is no absolute path");
	return 0;
}

int pkcs11_uri_parse(struct str text, struct pkcs11_uri *ret, struct err *err)
{
	CLEANUP(pkcs11_uri_done)
	struct pkcs11_uri uri = {.bytes = STRBUF_INIT(PKCS11_URI_BYTES_MAX)};
	struct str path = text, query = STR_NULL;
	int r;

	if (text.n > PKCS11_URI_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "a PKCS #11 URI of %zu bytes", text.n);
	if (!str_pull_prefix(&path, STR("pkcs11:")))
		return err_set(err, ERR_FORMAT, "not a PKCS #11 URI");
	if (!strbuf_reserve(&uri.bytes, text.n))
		return err_nomem(err);
	(void)str_cut(path, '?', &path, &query); /* no query: all of it is the path */
	r = take_all(&uri, path, ';', false, err);
	if (r == 0)
		r = take_all(&uri, query, '&', true, err);
	if (r == 0)
		r = check(&uri, err);
	if (r < 0)
		return r;
	*ret = uri;
	uri = (struct pkcs11_uri){0};
	return 0;
}
