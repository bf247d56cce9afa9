/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A letter, handed to the mail system of this machine: sendmail -t -i, without a shell.
 *
 *     To: ops@example.com
 *     Subject: =?UTF-8?B?...?=                 RFC 2047: what a name holds cannot end the line
 *     Message-ID: <0123abcd@host>              the same however often it is sent
 *     Content-Transfer-Encoding: base64        nor can what it says end the letter
 *
 * The address stands alone in To, and takes no character that ends it or begins another one.
 * Exit statuses are those of sysexits.h; 75 (EX_TEMPFAIL) and all that a better moment may mend are
 * tried again, those that say that the letter itself is wrong are not.
 */
#include <sysexits.h>

#include "alert/sink.h"
#include "base/limits.h"
#include "base/proc.h"
#include "base/unicode.h"
#include "codec/base64.h"

#define SENDMAIL      "/usr/sbin/sendmail"
#define ADDRESS_MAX   254 /* RFC 5321 section 4.5.3.1.3, less the brackets */
#define LOCAL_MAX     64
#define WORD_BYTES    45 /* encoded 60 letters: with its marks within 75 (RFC 2047 section 2) */
#define FIRST_BYTES   39 /* with "Subject: " before it, a line of 76 */
#define BODY_LINE     57 /* bytes that are a line of 76 (RFC 2045 section 6.8) */
#define SUBJECT_BYTES 400
#define LETTER_BYTES  (4 * (size_t)LIMIT_ALERT_BYTES)
#define ANSWER_BYTES  4096

/* ---- the address ---- */

static bool is_all(struct str s, const char *marks)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && (s.p[i] == '\0' || !strchr(marks, s.p[i])))
			return false;
	return s.n > 0 && s.p[0] != '.' && s.p[0] != '-' && s.p[s.n - 1] != '.';
}

/* local@host of plain letters (dot-atom of RFC 5322, section 3.4.1), or a local name alone. */
static int check(struct str address, struct arena *arena, struct str *ret, struct err *err)
{
	struct str local = address, host = STR("localhost");
	bool has_host = str_rcut(address, '@', &local, &host);

	if (address.n > ADDRESS_MAX || local.n > LOCAL_MAX ||
	    !is_all(local, ".!#$%&'*+-/=?^_`{|}~") || !is_all(host, ".-") ||
	    (has_host && host.n == 0))
		return err_set(err, ERR_USAGE, "\"%.*s\" is no plain mail address",
			       STR_FMT(str_sub(address, 0, 80)));
	*ret = arena_str(arena, address);
	return arena_check(arena, err);
}

/* ---- the letter ---- */

/* Words of their own that readers join again; none ends within a character. */
static int add_encoded(struct strbuf *out, struct str s, struct err *err)
{
	int r = 0;

	for (bool first = true; s.n > 0 && r == 0; first = false) {
		struct str word = alert_cut(s, first ? FIRST_BYTES : WORD_BYTES);

		strbuf_adds(out, first ? "=?UTF-8?B?" : "\n =?UTF-8?B?");
		r = base64_encode(word, BASE64_STANDARD, out, err);
		strbuf_adds(out, "?=");
		s = str_skip(s, word.n);
	}
	return r;
}

static int add_subject(const struct alert *alert, struct strbuf *out, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(2 * SUBJECT_BYTES);
	int r;

	strbuf_addf(&text, "[plimsoll] %s: ", severity_name(alert->severity));
	alert_add_text(&text, alert->title, SUBJECT_BYTES / 2);
	if (alert->subject.n)
		strbuf_adds(&text, ": ");
	alert_add_text(&text, alert->subject, SUBJECT_BYTES / 2);
	r = strbuf_check(&text, err);
	strbuf_adds(out, "Subject: ");
	if (r == 0)
		r = add_encoded(out, strbuf_str(&text), err);
	strbuf_addc(out, '\n');
	return r;
}

static int add_body(const struct alert *alert, struct strbuf *out, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT(LETTER_BYTES);
	struct str rest;
	int r;

	alert_add_letter(alert, &text);
	r = strbuf_check(&text, err);
	for (rest = strbuf_str(&text); rest.n > 0 && r == 0; rest = str_skip(rest, BODY_LINE)) {
		r = base64_encode(str_sub(rest, 0, BODY_LINE), BASE64_STANDARD, out, err);
		strbuf_addc(out, '\n');
	}
	return r;
}

/* Only letters that a name of a machine has. */
static void add_host(struct strbuf *out, struct str host)
{
	host = str_sub(host, 0, 200);
	strbuf_add(out, is_all(host, ".-") ? host : STR("localhost"));
}

static int write_letter(const struct sink *sink, const struct alert *alert, struct strbuf *out,
			struct err *err)
{
	int r;

	strbuf_addf(out, "To: %.*s\n", STR_FMT(sink->address));
	r = add_subject(alert, out, err);
	strbuf_addf(out, "Message-ID: <%.*s@", STR_FMT(alert->id));
	add_host(out, alert->host);
	strbuf_adds(out, ">\nAuto-Submitted: auto-generated\n");
	strbuf_addf(out, "X-Plimsoll-Alert: %.*s\n", STR_FMT(alert->id));
	strbuf_adds(out, "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
			 "Content-Transfer-Encoding: base64\n\n");
	if (r == 0)
		r = add_body(alert, out, err);
	return r < 0 ? r : strbuf_check(out, err);
}

/* ---- sending ---- */

static bool is_final(int status)
{
	switch (status) {
	case EX_USAGE:
	case EX_DATAERR:
	case EX_NOUSER:
	case EX_NOHOST:
		return true;
	default:
		return false;
	}
}

static int explain(const char *program, int status, struct str answer, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf said = STRBUF_INIT(ERR_MSG_MAX);
	struct str line = STR_NULL;

	(void)str_pull_line(&answer, &line); /* it may have said nothing */
	alert_add_text(&said, line, 200);
	return err_set(err, is_final(status) ? ERR_DENIED : ERR_IO, "%s: exit status %d%s%s",
		       program, status, said.n ? ": " : "", strbuf_cstr(&said));
}

static int send_letter(const struct sink *sink, const struct alert *alert, struct sink_context *c,
		       struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf letter = STRBUF_INIT(LETTER_BYTES);
	CLEANUP(strbuf_done) struct strbuf answer = STRBUF_INIT(ANSWER_BYTES);
	const char *program = c->sendmail ? c->sendmail : SENDMAIL;
	const char *const argv[] = {program, "-t", "-i", NULL};
	struct proc p = {.argv = argv,
			 .seconds = c->seconds ? c->seconds : LIMIT_ALERT_SEND_SECONDS,
			 .with_stderr = true};
	int status = 0, r = write_letter(sink, alert, &letter, err);

	if (r < 0)
		return r;
	p.input = strbuf_str(&letter);
	r = proc_run(&p, &answer, &status, err);
	if (r == 0 && status != 0)
		r = explain(program, status, strbuf_str(&answer), err);
	return r;
}

const struct sink_type sink_type_mailto = {
	.id = "mailto",
	.title = "a letter, by the mail system of this machine",
	.form = "mailto:ADDRESS",
	.check = check,
	.has_address = true,
	.send = send_letter,
};
