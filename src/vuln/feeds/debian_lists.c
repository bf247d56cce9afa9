/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lists of Debian's security advisories: DSA (security team) and DLA (long term support).
 *
 *     [29 Mar 2023] DSA-5380-1 xorg-server - security update
 *     	{CVE-2023-1393}
 *     	[bullseye] - xorg-server 2:1.20.11-1+deb11u6
 *     	[buster] - xorg-server <not-affected> (Vulnerable code not present)
 *     	NOTE: fixed in testing at time of DSA
 *
 * In place of a version: <not-affected>, <unfixed>, <end-of-life>, <no-dsa>, <ignored>,
 * <postponed>, <undetermined>, <removed>. An advisory without CVEs that only mends an earlier one
 * ("regression update") is none about a vulnerability. Names are of source packages.
 * Format: https://security-team.debian.org/security_tracker.html
 */
#include "base/limits.h"
#include "base/stream_lines.h"
#include "vuln/feeds/debian_release.h"
#include "vuln/feeds/draft.h"

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
				     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static const struct {
	const char *word;
	enum finding_status status;
	bool affects_all;
} statuses[] = {
	{"<not-affected>", STATUS_NOT_AFFECTED, false},
	{"<unfixed>", STATUS_AFFECTED, true},
	{"<no-dsa>", STATUS_AFFECTED, true},
	{"<end-of-life>", STATUS_END_OF_LIFE, true},
	{"<ignored>", STATUS_WILL_NOT_FIX, true},
	{"<postponed>", STATUS_FIX_DEFERRED, true},
	{"<undetermined>", STATUS_UNDER_INVESTIGATION, true},
	{"<removed>", STATUS_AFFECTED, true},
};

static bool claims(struct str path)
{
	return feed_path_is(path, "data/DSA/list") || feed_path_is(path, "data/DLA/list");
}

/* "29 Mar 2023" */
static struct str read_day(struct str text, struct draft *d)
{
	struct str day, month, year;
	uint64_t day_number, year_number;

	if (!str_pull_word(&text, &day) || !str_pull_word(&text, &month) ||
	    !str_pull_word(&text, &year) || !str_parse_u64(day, &day_number) ||
	    !str_parse_u64(year, &year_number) || day_number > 31 || year_number > 9999)
		return STR_NULL;
	for (size_t i = 0; i < ARRAY_LEN(months); i++)
		if (str_is(month, months[i]))
			return draft_keepf(d, "%04u-%02zu-%02u", (unsigned)year_number, i + 1,
					   (unsigned)day_number);
	return STR_NULL;
}

/* "[29 Mar 2023] DSA-5380-1 xorg-server - security update" */
static void read_heading(struct str line, struct draft *d)
{
	struct str day, id, rest = line;

	if (!str_pull_prefix(&rest, STR("[")) || !str_pull_until(&rest, ']', &day) ||
	    !str_pull_word(&rest, &id)) {
		draft_fail(d, ERR_FORMAT,
			   "expected \"[DAY MONTH YEAR] DSA-NUMBER PACKAGE - TITLE\"");
		return;
	}
	d->a.id = draft_keep(d, id);
	draft_summary(d, draft_keep(d, str_trim(rest)));
	d->a.published = d->a.modified = read_day(day, d);
	if (d->a.published.n == 0)
		draft_fail(d, ERR_FORMAT, "\"%.*s\" is no day", STR_FMT(day));
	draft_add(d, &d->references,
		  draft_keepf(d, "https://security-tracker.debian.org/tracker/%.*s", STR_FMT(id)));
}

static void read_cves(struct str line, struct draft *d)
{
	struct str list, id;

	line = str_skip(line, 1);
	list = str_sub(line, 0, str_find_char(line, '}'));
	while (str_pull_word(&list, &id))
		draft_add(d, &d->upstream, draft_keep(d, id));
}

static void read_status(struct str word, struct str note, struct advisory_affected *p,
			struct draft *d)
{
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		if (!str_is(word, statuses[i].word))
			continue;
		p->status = statuses[i].status;
		p->note = draft_keep(d, str_trim(note));
		if (statuses[i].affects_all)
			draft_interval(d, STR_NULL, STR_NULL, STR_NULL);
		return;
	}
	if (word.p[0] == '<')
		draft_fail(d, ERR_FORMAT, "%.*s is not known", STR_FMT(word));
	else
		draft_interval(d, STR_NULL, draft_keep(d, word), STR_NULL);
}

/* "[bullseye] - xorg-server 2:1.20.11-1+deb11u6 (note)" */
static void read_package(struct str line, struct draft *d)
{
	struct str codename, name, dash, version, shard;
	struct advisory_affected *p;

	line = str_skip(line, 1);
	if (!str_pull_until(&line, ']', &codename) || !str_pull_word(&line, &dash) ||
	    !str_is(dash, "-") || !str_pull_word(&line, &name) || !str_pull_word(&line, &version)) {
		draft_fail(d, ERR_FORMAT, "expected \"[RELEASE] - PACKAGE VERSION\"");
		return;
	}
	shard = debian_release(codename);
	if (shard.n == 0)
		return;
	p = draft_package(d, shard, draft_keep(d, name));
	if (p)
		read_status(version, line, p, d);
}

static int finish(struct draft *d, bool begun, struct err *err)
{
	struct str title = d->a.summary;

	if (!begun)
		return 0;
	if (!d->failed && d->upstream.n == 0 && str_find(title, STR("regression update")) < title.n)
		return 0;
	return draft_end(d, err);
}

static bool is_heading(struct str line)
{
	return line.n && !char_is_space(line.p[0]);
}

static void read_detail(struct str line, struct draft *d)
{
	line = str_trim(line);
	if (str_has_prefix(line, STR("{")))
		read_cves(line, d);
	else if (str_has_prefix(line, STR("[")))
		read_package(line, d);
}

static int read_lines(struct stream_lines *in, struct draft *d, struct err *err)
{
	bool begun = false;
	struct str line;
	int r;

	while ((r = stream_lines_next(in, &line, err)) > 0) {
		if (is_heading(line)) {
			r = finish(d, begun, err);
			if (r < 0)
				return r;
			draft_begin(d, STR_NULL);
			d->where = draft_keepf(d, "line %zu", in->number);
			begun = true;
			read_heading(line, d);
		} else if (begun) {
			read_detail(line, d);
		}
	}
	return r < 0 ? r : finish(d, begun, err);
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(stream_lines_done)
	struct stream_lines in = STREAM_LINES_INIT(file->stream, LIMIT_FIELD_BYTES);
	CLEANUP(draft_done) struct draft d;

	draft_init(&d, "debian-lists", sink);
	return read_lines(&in, &d, err);
}

const struct feed feed_debian_lists = {
	.id = "debian-lists",
	.title = "Debian security advisories (DSA, DLA)",
	.licence = "public data of the Debian project",
	.url = "https://salsa.debian.org/security-tracker-team/security-tracker",
	.claims = claims,
	.read = read,
};
