/* SPDX-License-Identifier: Apache-2.0 */
#include "lsp/uri.h"

#define SHOWN_MAX 128 /* bytes of an address in a message */

static int decode(struct str s, struct strbuf *out, struct err *err)
{
	for (size_t i = 0; i < s.n; i++) {
		int high, low;

		if (s.p[i] != '%') {
			strbuf_addc(out, s.p[i]);
			continue;
		}
		high = s.n - i > 2 ? char_hex(s.p[i + 1]) : -1;
		low = s.n - i > 2 ? char_hex(s.p[i + 2]) : -1;
		if (high < 0 || low < 0 || high + low == 0)
			return err_set(err, ERR_FORMAT, "address \"%.*s\": a broken %% escape",
				       STR_FMT(str_sub(s, 0, SHOWN_MAX)));
		strbuf_addc(out, (char)(high * 16 + low));
		i += 2;
	}
	return strbuf_check(out, err);
}

/* Without "?query" and "#fragment". */
static struct str path_part(struct str uri)
{
	size_t query = str_find_char(uri, '?'), fragment = str_find_char(uri, '#');

	return str_sub(uri, 0, query < fragment ? query : fragment);
}

int uri_path(struct str uri, struct strbuf *out, struct err *err)
{
	struct str rest = uri, host;

	if (rest.n < 7 || !str_eq_nocase(str_sub(rest, 0, 7), STR("file://")))
		return err_set(err, ERR_UNSUPPORTED, "address \"%.*s\": no file",
			       STR_FMT(str_sub(uri, 0, SHOWN_MAX)));
	rest = path_part(str_skip(rest, 7));
	host = str_sub(rest, 0, str_find_char(rest, '/'));
	rest = str_skip(rest, host.n);
	if (!rest.n || (host.n && !str_eq_nocase(host, STR("localhost"))))
		return err_set(err, ERR_UNSUPPORTED, "address \"%.*s\": no file of this machine",
			       STR_FMT(str_sub(uri, 0, SHOWN_MAX)));
	return decode(rest, out, err);
}

int uri_name(struct str uri, struct strbuf *out, struct err *err)
{
	struct str rest = path_part(uri);
	size_t at = str_rfind_char(rest, '/');

	if (at == rest.n)
		at = str_find_char(rest, ':');
	return decode(at < rest.n ? str_skip(rest, at + 1) : rest, out, err);
}
