/* SPDX-License-Identifier: Apache-2.0 */
#include "render/bases.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "render/text.h"

#define LINE_MAX    65536
#define NAME_SHOWN  256
#define NAMES_SHOWN 6

static uint64_t magnitude(int64_t n)
{
	return n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
}

/* ---- the sentence ---- */

static void add_names(struct strbuf *sb, const char *before, const struct str_list *names)
{
	char text[TEXT_COUNT_MAX];

	for (size_t i = 0; i < names->n && i < NAMES_SHOWN; i++) {
		strbuf_adds(sb, i ? ", " : before);
		strbuf_add(sb, str_sub(names->p[i], 0, NAME_SHOWN));
	}
	if (names->n <= NAMES_SHOWN)
		return;
	strbuf_adds(sb, " and ");
	strbuf_add(sb, text_count(names->n - NAMES_SHOWN, text));
	strbuf_adds(sb, " more");
}

static void add_bytes(struct strbuf *sb, const struct base_candidate *b)
{
	char text[TEXT_BYTES_MAX];

	if (!b->has_bytes_less) {
		strbuf_adds(sb, "how much smaller is not known");
	} else if (b->bytes_less == 0) {
		strbuf_adds(sb, "the same size");
	} else {
		strbuf_add(sb, text_bytes(magnitude(b->bytes_less), text));
		strbuf_adds(sb, b->bytes_less > 0 ? " less" : " more");
	}
}

static void add_severities(struct strbuf *sb, const struct base_candidate *b)
{
	const char *before = " (";
	char text[TEXT_COUNT_MAX];

	for (size_t i = BASE_SEVERITIES; i-- > 0;) {
		int64_t n = b->findings_less[i];

		if (n == 0)
			continue;
		strbuf_addf(sb, "%s%s %c", before, severity_name((enum severity)i),
			    n > 0 ? '-' : '+');
		strbuf_add(sb, text_count(magnitude(n), text));
		before = ", ";
	}
	strbuf_adds(sb, *before == ',' ? ")" : "");
}

static void add_findings(struct strbuf *sb, const struct base_candidate *b)
{
	int64_t n = base_findings_less(b);
	char text[TEXT_COUNT_MAX];

	if (!b->has_findings_less) {
		strbuf_adds(sb, "the difference in findings is not known");
		return;
	}
	if (n == 0) {
		strbuf_adds(sb, "as many findings");
	} else {
		strbuf_add(sb, text_count(magnitude(n), text));
		strbuf_adds(sb, magnitude(n) == 1 ? " finding " : " findings ");
		strbuf_adds(sb, n > 0 ? "less" : "more");
	}
	add_severities(sb, b);
}

/* "96.0 MB and 41 findings less", where both go the same way */
static void add_difference(struct strbuf *sb, const struct base_candidate *b)
{
	int64_t n = base_findings_less(b);
	char text[TEXT_BYTES_MAX];

	if (b->has_bytes_less && b->has_findings_less && b->bytes_less && n &&
	    (b->bytes_less > 0) == (n > 0)) {
		strbuf_add(sb, text_bytes(magnitude(b->bytes_less), text));
	} else {
		add_bytes(sb, b);
		if (!b->has_bytes_less && !b->has_findings_less) {
			strbuf_adds(sb, ", nor the difference in findings");
			return;
		}
	}
	strbuf_adds(sb, b->has_bytes_less && b->has_findings_less ? " and " : ", ");
	add_findings(sb, b);
}

void bases_add_sentence(struct strbuf *sb, const struct base_candidate *b)
{
	strbuf_adds(sb, "on ");
	strbuf_add(sb, str_sub(b->name, 0, NAME_SHOWN));
	strbuf_adds(sb, ": ");
	if (b->is_present) {
		strbuf_adds(sb, "the image stands on it");
		return;
	}
	if (b->fit != BASE_FITS) {
		strbuf_adds(sb, b->fit == BASE_UNKNOWN ? "not known to fit: " : "does not fit: ");
		strbuf_add(sb, str_sub(b->reason, 0, LINE_MAX / 4));
		return;
	}
	add_difference(sb, b);
	add_names(sb, "; install ", &b->missing);
	add_names(sb, b->missing.n ? ", perhaps " : "; perhaps install ", &b->perhaps);
	if (b->is_other_release) {
		strbuf_adds(sb, "; it is ");
		strbuf_adds(sb, b->release.n ? "" : "of an unknown release");
		strbuf_add(sb, str_sub(b->release, 0, NAME_SHOWN));
		strbuf_adds(sb, ": build and try it there");
	}
}

/* ---- for a person ---- */

static const struct base_candidate *present_of(const struct report *r)
{
	for (size_t i = 0; i < r->needs.bases.n; i++) {
		const struct base_candidate *b = vec_at(&r->needs.bases, i);

		if (b->is_present)
			return b;
	}
	return NULL;
}

static void add_compared(struct strbuf *sb, const struct report *r)
{
	const struct base_candidate *present = present_of(r);

	if (present) {
		strbuf_adds(sb, "Compared with ");
		strbuf_add(sb, str_sub(present->name, 0, NAME_SHOWN));
		strbuf_adds(sb, ", whose layers it stands on.");
		return;
	}
	strbuf_adds(sb, "Which layers are its base is not known (no report that was given is of "
			"it), so all packages of the operating system are compared; files that no "
			"package owns are taken for the image's own.");
}

void bases_put(struct canvas *c, const struct report *r)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX);
	const struct vec *bases = &r->needs.bases;
	char text[TEXT_COUNT_MAX];

	if (bases->n == 0)
		return;
	canvas_heading(c, "OTHER BASES", text_count(bases->n - (present_of(r) != NULL), text));
	add_compared(&sb, r);
	text_pad(c->out, 2);
	text_wrap(c->out, strbuf_str(&sb), 2, c->width, c->unicode);
	for (size_t i = 0; i < bases->n; i++) {
		const struct base_candidate *b = vec_at(bases, i);

		if (b->is_present)
			continue;
		strbuf_reset(&sb);
		bases_add_sentence(&sb, b);
		text_pad(c->out, 2);
		(void)canvas_say(c, b->fit == BASE_FITS ? TONE_GOOD : TONE_WARN,
				 b->fit == BASE_FITS ? STR("+ ") : STR("! "), 2); /* it fits */
		text_wrap(c->out, strbuf_str(&sb), 4, c->width, c->unicode);
	}
}

/* ---- JSON ---- */

static void put_names(struct json_writer *w, const char *key, const struct str_list *names)
{
	json_key(w, key);
	json_open_list(w);
	for (size_t i = 0; i < names->n; i++)
		json_add_str(w, names->p[i]);
	json_close_list(w);
}

static void put_int(struct json_writer *w, const char *key, int64_t v)
{
	json_key(w, key);
	json_add_int(w, v);
}

static void put_own_findings(struct json_writer *w, const struct base_candidate *b)
{
	json_key(w, "findings");
	json_open_map(w);
	for (size_t i = BASE_SEVERITIES; i-- > 0;)
		json_put_uint(w, severity_name((enum severity)i), b->findings[i]);
	json_close_map(w);
}

static void put_findings_less(struct json_writer *w, const struct base_candidate *b)
{
	json_key(w, "findings_less");
	json_open_map(w);
	for (size_t i = BASE_SEVERITIES; i-- > 0;)
		put_int(w, severity_name((enum severity)i), b->findings_less[i]);
	json_close_map(w);
}

static void put_candidate(struct json_writer *w, const struct base_candidate *b)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LINE_MAX);

	bases_add_sentence(&sb, b);
	json_open_map(w);
	json_put_str(w, "name", b->name);
	json_put_opt(w, "release", b->release);
	json_put_bool(w, "present", b->is_present);
	json_put_text(w, "fit", base_fit_name(b->fit));
	json_put_opt(w, "reason", b->reason);
	json_put_str(w, "sentence", strbuf_str(&sb));
	put_names(w, "install", &b->missing);
	put_names(w, "perhaps_install", &b->perhaps);
	if (b->has_bytes)
		json_put_uint(w, "bytes", b->bytes);
	if (b->has_findings)
		put_own_findings(w, b);
	if (b->has_bytes_less)
		put_int(w, "bytes_less", b->bytes_less);
	if (b->has_findings_less)
		put_findings_less(w, b);
	json_close_map(w);
}

void bases_put_json(struct json_writer *w, const struct report *r)
{
	const struct vec *bases = &r->needs.bases;

	if (bases->n == 0)
		return;
	json_key(w, "bases");
	json_open_list(w);
	for (size_t i = 0; i < bases->n; i++)
		put_candidate(w, vec_at(bases, i));
	json_close_list(w);
}
