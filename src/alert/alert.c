/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/alert.h"

#include <errno.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/unicode.h"
#include "crypto/digest.h"

#define LINE_TEXT_BYTES 600 /* of one text in a line */

/* ---- text ---- */

struct str alert_cut(struct str s, size_t max)
{
	if (s.n <= max)
		return s;
	while (max > 0 && ((unsigned char)s.p[max] & 0xc0) == 0x80)
		max--;
	return str_sub(s, 0, max);
}

/* Control characters, what turns or hides text, and bytes that are no character. */
static bool is_harmless(uint32_t c, struct str bytes)
{
	if (c == UNICODE_REPLACEMENT && bytes.n == 1)
		return false;
	return c >= 0x20 && !(c >= 0x7f && c <= 0x9f) && c != 0xad && c != 0x61c &&
	       !(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
	       !(c >= 0x2060 && c <= 0x206f) && c != 0xfeff && !(c >= 0xfff9 && c <= 0xfffb) &&
	       !(c >= 0xe0000 && c <= 0xe0fff);
}

void alert_add_text(struct strbuf *out, struct str s, size_t max)
{
	size_t end = out->n + max;

	while (s.n > 0) {
		size_t n;
		uint32_t c = unicode_next(s, &n);
		struct str bytes = str_sub(s, 0, n);
		bool is_plain = is_harmless(c, bytes);

		if (out->n + (is_plain ? n : 4 * n) > end) {
			strbuf_adds(out, "...");
			return;
		}
		if (is_plain)
			strbuf_add(out, bytes);
		for (size_t i = 0; !is_plain && i < n; i++)
			strbuf_addf(out, "\\x%02x", (unsigned char)bytes.p[i]);
		s = str_skip(s, n);
	}
}

static void add_named(struct strbuf *out, const char *name, struct str s)
{
	if (s.n == 0)
		return;
	strbuf_addf(out, "%-10s", name);
	alert_add_text(out, s, LIMIT_ALERT_TEXT_BYTES);
	strbuf_addc(out, '\n');
}

static void add_counts(const struct alert *a, const char *before, const char *after,
		       struct strbuf *out)
{
	if (a->repeats)
		strbuf_addf(out, "%s%llu more of the same since the last one%s", before,
			    (unsigned long long)a->repeats, after);
	if (a->dropped)
		strbuf_addf(out, "%s%llu alerts before it were lost: the queue was full%s", before,
			    (unsigned long long)a->dropped, after);
}

void alert_add_line(const struct alert *a, struct strbuf *out)
{
	strbuf_addf(out, "%s: ", severity_name(a->severity));
	alert_add_text(out, a->title, LINE_TEXT_BYTES);
	if (a->subject.n) {
		strbuf_adds(out, ": ");
		alert_add_text(out, a->subject, LINE_TEXT_BYTES);
	}
	if (a->digest.n) {
		strbuf_adds(out, " (");
		alert_add_text(out, a->digest, LINE_TEXT_BYTES);
		strbuf_addc(out, ')');
	}
	if (a->why.n) {
		strbuf_adds(out, ": ");
		alert_add_text(out, a->why, LINE_TEXT_BYTES);
	}
	if (a->remedy.n) {
		strbuf_adds(out, "; ");
		alert_add_text(out, a->remedy, LINE_TEXT_BYTES);
	}
	add_counts(a, " [", "]", out);
}

void alert_add_letter(const struct alert *a, struct strbuf *out)
{
	char time[CLOCK_TEXT_MAX] = "";

	(void)clock_format(a->time, time); /* stays empty: a year that nobody writes */
	add_named(out, "what", a->title);
	add_named(out, "subject", a->subject);
	add_named(out, "digest", a->digest);
	add_named(out, "why", a->why);
	add_named(out, "remedy", a->remedy);
	add_named(out, "reason", a->reason);
	add_named(out, "severity", str_of(severity_name(a->severity)));
	add_named(out, "kind", a->kind);
	add_named(out, "time", str_of(time));
	add_named(out, "host", a->host);
	add_named(out, "command", a->command);
	add_named(out, "id", a->id);
	add_counts(a, "\n", "\n", out);
}

/* ---- the document ---- */

int alert_name(struct alert *a, char buf[ALERT_ID_N + 1], struct err *err)
{
	unsigned char bytes[ALERT_ID_N / 2];

	if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
		return err_errno(err, errno, "random bytes");
	for (size_t i = 0; i < sizeof bytes; i++)
		(void)snprintf(buf + 2 * i, 3, "%02x", bytes[i]); /* fits */
	a->id = str_make(buf, ALERT_ID_N);
	return 0;
}

/* The texts of an alert, by their names in the document. */
static const struct {
	const char *name;
	size_t offset;
	bool is_needed;
} texts[] = {
	{"id", offsetof(struct alert, id), true},
	{"kind", offsetof(struct alert, kind), true},
	{"title", offsetof(struct alert, title), true},
	{"subject", offsetof(struct alert, subject), false},
	{"digest", offsetof(struct alert, digest), false},
	{"reason", offsetof(struct alert, reason), false},
	{"why", offsetof(struct alert, why), false},
	{"remedy", offsetof(struct alert, remedy), false},
	{"command", offsetof(struct alert, command), false},
	{"host", offsetof(struct alert, host), false},
};

static struct str *text_of(const struct alert *a, size_t i)
{
	return (struct str *)((uintptr_t)a + texts[i].offset);
}

void alert_put(const struct alert *a, struct json_writer *w)
{
	char time[CLOCK_TEXT_MAX] = "";

	(void)clock_format(a->time, time); /* what cannot be read again is refused there */
	json_open_map(w);
	json_put_text(w, "schema", ALERT_SCHEMA);
	json_put_text(w, "time", time);
	json_put_text(w, "severity", severity_name(a->severity));
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		json_put_opt(w, texts[i].name, alert_cut(*text_of(a, i), LIMIT_ALERT_TEXT_BYTES));
	json_put_uint(w, "repeats", a->repeats);
	json_put_uint(w, "dropped", a->dropped);
	json_close_map(w);
}

int alert_write(const struct alert *a, enum json_layout layout, struct strbuf *out, struct err *err)
{
	struct json_writer w;

	json_writer_init(&w, out, layout);
	alert_put(a, &w);
	return strbuf_check(out, err);
}

static bool is_of(struct str s, const char *letters)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\0' || !strchr(letters, s.p[i]))
			return false;
	return s.n > 0;
}

static int read_text(size_t i, const struct json *value, struct alert *ret, struct err *err)
{
	struct str s = json_str(value);

	if (json_kind_of(value) != JSON_KIND_TEXT || s.n > LIMIT_ALERT_TEXT_BYTES * 4)
		return err_set(err, ERR_FORMAT, "%s of an alert is no text, or too long a one",
			       texts[i].name);
	*text_of(ret, i) = s;
	return 0;
}

static int read_count(const char *name, const struct json *value, uint64_t *ret, struct err *err)
{
	int64_t n;

	if (!json_int(value, &n) || n < 0)
		return err_set(err, ERR_FORMAT, "%s of an alert is no number", name);
	*ret = (uint64_t)n;
	return 0;
}

static int read_member(struct str key, const struct json *value, struct alert *ret, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (str_is(key, texts[i].name))
			return read_text(i, value, ret, err);
	if (str_is(key, "time"))
		return clock_parse(json_str(value), &ret->time)
			       ? 0
			       : err_set(err, ERR_FORMAT, "time of an alert is none");
	if (str_is(key, "severity"))
		return severity_parse(json_str(value), &ret->severity, err);
	if (str_is(key, "repeats"))
		return read_count("repeats", value, &ret->repeats, err);
	if (str_is(key, "dropped"))
		return read_count("dropped", value, &ret->dropped, err);
	if (str_is(key, "schema") && str_is(json_str(value), ALERT_SCHEMA))
		return 0;
	return err_set(err, ERR_FORMAT, "an alert has no \"%.*s\" that this version knows",
		       STR_FMT(str_sub(key, 0, 40)));
}

int alert_read(const struct json *doc, struct alert *ret, struct err *err)
{
	struct alert a = {0};
	const struct json *value;
	struct str key;
	void *iter = NULL;
	int r = 0;

	while (r == 0 && json_each(doc, &iter, &key, &value))
		r = read_member(key, value, &a, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (texts[i].is_needed && text_of(&a, i)->n == 0)
			return err_set(err, ERR_FORMAT, "an alert without %s", texts[i].name);
	if (!json_get(doc, "schema") || !json_get(doc, "time") || !json_get(doc, "severity"))
		return err_set(err, ERR_FORMAT, "an alert without schema, time or severity");
	if (a.id.n != ALERT_ID_N || !is_of(a.id, "0123456789abcdef") ||
	    !is_of(a.kind, "abcdefghijklmnopqrstuvwxyz0123456789-"))
		return err_set(err, ERR_FORMAT, "id or kind of an alert is none");
	*ret = a;
	return 0;
}

int alert_key(const struct alert *a, struct str salt, char ret[ALERT_KEY_N + 1], struct err *err)
{
	const struct str parts[] = {a->kind, a->subject, a->digest, a->reason, salt};
	CLEANUP(strbuf_done)
	struct strbuf all = STRBUF_INIT(ARRAY_LEN(parts) * ((size_t)LIMIT_ALERT_BYTES + 32));
	char text[DIGEST_TEXT_MAX];
	struct digest_value digest;
	int r;

	for (size_t i = 0; i < ARRAY_LEN(parts);
	     i++) { /* with lengths: no two lists are one text */
		struct str part = alert_cut(parts[i], LIMIT_ALERT_BYTES);

		strbuf_addf(&all, "%zu:", part.n);
		strbuf_add(&all, part);
	}
	r = strbuf_check(&all, err);
	if (r == 0)
		r = digest_of(strbuf_str(&all), &digest, err);
	if (r < 0)
		return r;
	(void)snprintf(ret, ALERT_KEY_N + 1, "%.*s", ALERT_KEY_N,
		       str_skip(digest_format(&digest, text), 7).p); /* behind "sha256:" */
	return 0;
}
