/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as SARIF, for pages that show the results of code scanning.
 *
 * One rule a vulnerability (or broken rule), one result a finding. A result lies in the file of the
 * image that shows it, the package's database, as a path below the base "IMAGE" ("%SRCROOT%" for a
 * report of files); the package and the layer are logical locations. Every result says whether it
 * is suppressed, as section 3.27.23 asks: all or none. What was not assessed is a notification of
 * the invocation.
 *
 * Choices for those pages:
 *   - security-severity is a number in the band of the severity that Plimsoll decided on (critical
 *     from 9.0, high from 7.0, medium from 4.0): the CVSS score where it lies in it, else the
 *     nearest end of the band. The pages know no other severity.
 *   - a region is asked for by GitHub; where no line is known it is line 1.
 *   - columns count characters, which columnKind says.
 *   - partialFingerprints hold no version: a result stays the same one when its package is
 *     upgraded and still has it. "primaryLocationLineHash" is the name that GitHub compares by.
 *
 *   - a document above the limits of GitHub is refused there as a whole: of more than 25,000
 *     findings the gravest are results, and a notification says how many are not; likewise for
 *     locations.
 *   - every result has a place with a path: what is about the image lies in "image".
 *
 * Format: SARIF 2.1.0 (OASIS), https://docs.oasis-open.org/sarif/sarif/v2.1.0/;
 * https://docs.github.com/en/code-security/code-scanning (SARIF support; limits of uploads).
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "codec/json_writer.h"
#include "render/fingerprint.h"
#include "render/instruction.h"
#include "render/markdown_text.h"
#include "render/places.h"
#include "render/render.h"
#include "render/text.h"

#define TEXT_MAX       1048576
#define PART_MAX       4096 /* bytes of one field in a text; more is cut */
#define REFERENCES_MAX 10   /* links in a rule's help */

/* Of GitHub. */
#define RESULTS_MAX	25000
#define LOCATIONS_MAX	1000 /* of a result */
#define DESCRIPTION_MAX 1024

/* A rule and what its findings say at worst. */
struct rule {
	const struct finding *first;
	enum severity worst;
	double score; /* highest of its findings; below 0: none */
	bool exploited;
	size_t index;
};

struct sarif {
	const struct report *report;
	struct json_writer w;
	struct arena arena;
	struct vec results; /* const struct finding *, in the report's order */
	struct vec rules;   /* struct rule *, sorted by id */
	struct map by_id;   /* id -> struct rule */
	struct map layers;  /* diff id -> index + 1 */
	struct fingerprints prints;
};

/* ---- what is gathered first ---- */

static double best_score(const struct finding *f)
{
	double score = -1;
	struct str version = STR_NULL;

	for (size_t i = 0; i < f->n_cvss; i++)
		if (f->cvss[i].score >= 0 && str_cmp(f->cvss[i].version, version) > 0) {
			score = f->cvss[i].score;
			version = f->cvss[i].version;
		}
	return score;
}

static int add_to_rule(struct sarif *s, const struct finding *f)
{
	struct rule *rule = map_get(&s->by_id, f->rule), **slot;
	double score = best_score(f);

	if (!rule) {
		rule = arena_alloc(&s->arena, sizeof *rule);
		slot = vec_push(&s->rules);
		if (!rule || !slot || map_put(&s->by_id, f->rule, rule) < 0)
			return -ERR_NOMEM;
		*rule = (struct rule){.first = f, .score = -1};
		*slot = rule;
	}
	if (f->severity > rule->worst)
		rule->worst = f->severity;
	if (score > rule->score)
		rule->score = score;
	rule->exploited |= f->known_exploited;
	return 0;
}

static int by_id(const void *va, const void *vb)
{
	const struct rule *const *a = va, *const *b = vb;

	return str_cmp((*a)->first->rule, (*b)->first->rule);
}

/* All findings, or the gravest. */
static int choose_results(struct sarif *s)
{
	static const enum severity order[] = {SEVERITY_CRITICAL, SEVERITY_HIGH,
					      SEVERITY_MEDIUM,	 SEVERITY_UNKNOWN,
					      SEVERITY_LOW,	 SEVERITY_NEGLIGIBLE};
	const struct vec *all = &s->report->findings;
	size_t left = RESULTS_MAX, n[ARRAY_LEN(order)] = {0};

	for (size_t i = 0; i < all->n; i++)
		n[((const struct finding *)vec_at(all, i))->severity]++;
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		n[order[i]] = n[order[i]] < left ? n[order[i]] : left;
		left -= n[order[i]];
	}
	for (size_t i = 0; i < all->n; i++) {
		const struct finding *f = vec_at(all, i), **slot;

		if (n[f->severity] == 0)
			continue;
		n[f->severity]--;
		slot = vec_push(&s->results);
		if (!slot)
			return -ERR_NOMEM;
		*slot = f;
	}
	return 0;
}

static const struct finding *result_at(const struct sarif *s, size_t i)
{
	return *(const struct finding **)vec_at(&s->results, i);
}

static int gather(struct sarif *s)
{
	int r = choose_results(s);

	for (size_t i = 0; i < s->results.n && r == 0; i++)
		r = add_to_rule(s, result_at(s, i));
	vec_sort(&s->rules, by_id);
	for (size_t i = 0; i < s->rules.n; i++)
		(*(struct rule **)vec_at(&s->rules, i))->index = i;
	for (size_t i = 0; i < s->report->layers.n && r == 0; i++) {
		const struct report_layer *l = vec_at(&s->report->layers, i);

		r = map_put(&s->layers, l->diff_id, (void *)(uintptr_t)(i + 1));
	}
	return r;
}

/* ---- pieces ---- */

static void put_text(struct json_writer *w, const char *key, struct str text)
{
	json_key(w, key);
	json_open_map(w);
	json_put_str(w, "text", text);
	json_close_map(w);
}

/* A text of at most so many bytes, not cut within a character. */
static struct str whole_characters(struct str text, size_t max)
{
	size_t n = text.n < max ? text.n : max;

	while (n && n < text.n && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	return str_sub(text, 0, n);
}

static const char *level_of(enum severity s)
{
	switch (s) {
	case SEVERITY_CRITICAL:
	case SEVERITY_HIGH:
		return "error";
	case SEVERITY_MEDIUM:
	case SEVERITY_UNKNOWN:
		return "warning";
	case SEVERITY_LOW:
	case SEVERITY_NEGLIGIBLE:
		break;
	}
	return "note";
}

/* Below 0: none can be told. */
static double security_severity(enum severity s, double score)
{
	static const struct {
		double low, high;
	} bands[] = {
		[SEVERITY_UNKNOWN] = {0, 10}, [SEVERITY_NEGLIGIBLE] = {0.1, 3.9},
		[SEVERITY_LOW] = {0.1, 3.9},  [SEVERITY_MEDIUM] = {4, 6.9},
		[SEVERITY_HIGH] = {7, 8.9},   [SEVERITY_CRITICAL] = {9, 10},
	};

	if (score < 0 && s == SEVERITY_UNKNOWN)
		return -1;
	if (score < bands[s].low)
		return bands[s].low;
	return score > bands[s].high ? bands[s].high : score;
}

/* A path as a relative reference: RFC 3986, what is no unreserved character or '/' as %HH. */
static void add_uri(struct strbuf *sb, struct str path)
{
	const struct str plain = STR("-._~/");

	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];

		if (char_is_alnum(c) || str_find_char(plain, c) < plain.n)
			strbuf_addc(sb, c);
		else
			strbuf_addf(sb, "%%%02X", (unsigned char)c);
	}
}

/* ---- the rules ---- */

/* What is wrong in general; the title of a finding says what is in this one place. */
static struct str rule_title(const struct finding *f)
{
	for (size_t i = 0; f->kind == FINDING_MISCONFIGURATION && i < f->evidence.n; i++) {
		struct str step = f->evidence.p[i];

		if (str_pull_prefix(&step, STR("rule=")) && step.n)
			return step;
	}
	return f->title;
}

static struct str rule_remedy(const struct finding *f)
{
	return f->kind == FINDING_MISCONFIGURATION ? str_sub(f->fix_action, 0, PART_MAX) : STR_NULL;
}

/* "SudoUsed" of sudo-used; of what is no rule of ours the kind. */
static void put_name(struct sarif *s, const struct finding *f)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	bool starts = true;

	if (f->kind != FINDING_MISCONFIGURATION) {
		json_put_text(&s->w, "name", finding_kind_name(f->kind));
		return;
	}
	for (size_t i = 0; i < f->rule.n && i < PART_MAX; i++) {
		char c = f->rule.p[i];

		if (char_is_alnum(c))
			strbuf_addc(&sb,
				    starts && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
		starts = !char_is_alnum(c);
	}
	json_put_str(&s->w, "name", strbuf_str(&sb));
}

static void put_help(struct sarif *s, const struct rule *rule)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	const struct finding *f = rule->first;
	struct str remedy = rule_remedy(f);
	size_t n = f->references.n < REFERENCES_MAX ? f->references.n : REFERENCES_MAX;

	json_key(&s->w, "help");
	json_open_map(&s->w);
	strbuf_add(&sb, str_sub(rule_title(f), 0, PART_MAX));
	if (remedy.n)
		strbuf_addf(&sb, "\n%.*s", STR_FMT(remedy));
	for (size_t i = 0; i < n; i++)
		strbuf_addf(&sb, "\n%.*s", STR_FMT(str_sub(f->references.p[i], 0, PART_MAX)));
	json_put_str(&s->w, "text", strbuf_str(&sb));
	strbuf_reset(&sb);
	strbuf_adds(&sb, "**");
	markdown_add(&sb, str_sub(f->rule, 0, PART_MAX));
	strbuf_adds(&sb, "**: ");
	markdown_add(&sb, str_sub(rule_title(f), 0, PART_MAX));
	strbuf_addf(&sb, "\n\nSeverity: %s", severity_name(rule->worst));
	if (f->severity_source.n) {
		strbuf_adds(&sb, " (");
		markdown_add(&sb, str_sub(f->severity_source, 0, PART_MAX));
		strbuf_addc(&sb, ')');
	}
	strbuf_adds(&sb, rule->exploited ? ". **Known to be exploited.**\n" : ".\n");
	if (remedy.n) {
		strbuf_adds(&sb, "\n");
		markdown_add(&sb, remedy);
		strbuf_adds(&sb, "\n");
	}
	for (size_t i = 0; i < n; i++) {
		strbuf_adds(&sb, "\n- ");
		markdown_add_link(&sb, str_sub(f->references.p[i], 0, PART_MAX));
	}
	json_put_str(&s->w, "markdown", strbuf_str(&sb));
	json_close_map(&s->w);
}

static void put_rule_properties(struct sarif *s, const struct rule *rule)
{
	double score = security_severity(rule->worst, rule->score);
	char number[16];

	json_key(&s->w, "properties");
	json_open_map(&s->w);
	json_put_text(&s->w, "precision", "very-high");
	if (score >= 0) {
		(void)snprintf(number, sizeof number, "%d.%d", (int)(score * 10 + 0.5) / 10,
			       (int)(score * 10 + 0.5) % 10); /* 0.0 to 10.0, in any locale */
		json_put_text(&s->w, "security-severity", number);
	}
	json_key(&s->w, "tags");
	json_open_list(&s->w);
	json_add_text(&s->w, finding_kind_name(rule->first->kind));
	json_add_text(&s->w, "security");
	json_add_text(&s->w, severity_name(rule->worst));
	if (rule->exploited)
		json_add_text(&s->w, "known-exploited");
	json_close_list(&s->w);
	json_close_map(&s->w);
}

static void put_rule(struct sarif *s, const struct rule *rule)
{
	const struct finding *f = rule->first;

	json_open_map(&s->w);
	json_put_str(&s->w, "id", f->rule);
	put_name(s, f);
	put_text(&s->w, "shortDescription", whole_characters(rule_title(f), DESCRIPTION_MAX));
	put_text(&s->w, "fullDescription", whole_characters(rule_title(f), DESCRIPTION_MAX));
	for (size_t i = 0; i < f->references.n; i++)
		if (is_web_address(f->references.p[i])) {
			json_put_str(&s->w, "helpUri", f->references.p[i]);
			break;
		}
	put_help(s, rule);
	json_key(&s->w, "defaultConfiguration");
	json_open_map(&s->w);
	json_put_text(&s->w, "level", level_of(rule->worst));
	json_close_map(&s->w);
	put_rule_properties(s, rule);
	json_close_map(&s->w);
}

static void put_tool(struct sarif *s)
{
	json_key(&s->w, "tool");
	json_open_map(&s->w);
	json_key(&s->w, "driver");
	json_open_map(&s->w);
	json_put_text(&s->w, "name", "Plimsoll");
	json_put_opt(&s->w, "version", s->report->tool_version);
	json_key(&s->w, "rules");
	json_open_list(&s->w);
	for (size_t i = 0; i < s->rules.n; i++)
		put_rule(s, *(struct rule **)vec_at(&s->rules, i));
	json_close_list(&s->w);
	json_close_map(&s->w);
	json_close_map(&s->w);
}

/* ---- the results ---- */

static void put_message(struct sarif *s, const struct finding *f)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	struct str what = f->subject.name.n ? f->subject.name : f->subject.path;

	strbuf_add(&sb, str_sub(what, 0, PART_MAX));
	strbuf_adds(&sb, f->subject.version.n ? " " : "");
	strbuf_add(&sb, str_sub(f->subject.version, 0, PART_MAX));
	strbuf_adds(&sb, ": ");
	strbuf_add(&sb, str_sub(f->rule, 0, PART_MAX));
	strbuf_addf(&sb, " (%s%s). ", severity_name(f->severity),
		    f->known_exploited ? ", known to be exploited" : "");
	strbuf_add(&sb, str_sub(f->title, 0, PART_MAX));
	if (f->fix_action.n) {
		strbuf_adds(&sb, "\nFix: ");
		strbuf_add(&sb, str_sub(f->fix_action, 0, PART_MAX));
	} else {
		strbuf_addf(&sb, "\nStatus: %s", finding_status_name(f->status));
	}
	put_text(&s->w, "message", strbuf_str(&sb));
}

static void put_package_place(struct sarif *s, const struct finding *f)
{
	json_open_map(&s->w);
	json_put_str(&s->w, "name", f->subject.name);
	json_put_opt(&s->w, "fullyQualifiedName", f->subject.purl);
	json_put_text(&s->w, "kind", "package");
	json_close_map(&s->w);
}

/* "layer 2: RUN apt-get install curl" */
static void put_layer_place(struct sarif *s, struct str layer)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	size_t number = (size_t)(uintptr_t)map_get(&s->layers, layer);

	json_open_map(&s->w);
	if (number) {
		const struct report_layer *l = vec_at(&s->report->layers, number - 1);

		strbuf_addf(&sb, "layer %zu", number);
		strbuf_adds(&sb, l->created_by.n ? ": " : "");
		instruction_add(&sb, str_sub(l->created_by, 0, PART_MAX));
	} else {
		strbuf_adds(&sb, "layer");
	}
	json_put_str(&s->w, "name", strbuf_str(&sb));
	json_put_str(&s->w, "fullyQualifiedName", layer);
	json_put_text(&s->w, "kind", "layer");
	json_close_map(&s->w);
}

/* A line GitHub must have; the rest where it is known. */
static void put_region(struct sarif *s, const struct finding_location *at)
{
	json_key(&s->w, "region");
	json_open_map(&s->w);
	json_put_uint(&s->w, "startLine", at->line ? at->line : 1);
	if (at->line && at->column)
		json_put_uint(&s->w, "startColumn", at->column);
	if (at->line && at->end_line >= at->line)
		json_put_uint(&s->w, "endLine", at->end_line);
	if (at->line && at->end_line >= at->line && at->end_column)
		json_put_uint(&s->w, "endColumn", at->end_column);
	json_close_map(&s->w);
}

/* A report of files has no target: its paths are those of the sources. */
static const char *base_of(const struct report *r)
{
	return report_is_of_files(r) ? "%SRCROOT%" : "IMAGE";
}

static void put_location(struct sarif *s, const struct finding *f,
			 const struct finding_location *at)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);

	json_open_map(&s->w);
	add_uri(&sb,
		at->path.n ? str_sub(place_relative(at->path), 0, LIMIT_PATH_BYTES) : STR("image"));
	json_key(&s->w, "physicalLocation");
	json_open_map(&s->w);
	json_key(&s->w, "artifactLocation");
	json_open_map(&s->w);
	json_put_str(&s->w, "uri", strbuf_str(&sb));
	json_put_text(&s->w, "uriBaseId", base_of(s->report));
	json_close_map(&s->w);
	put_region(s, at);
	json_close_map(&s->w);
	json_key(&s->w, "logicalLocations");
	json_open_list(&s->w);
	if (f->subject.kind == SUBJECT_PACKAGE)
		put_package_place(s, f);
	if (at->layer.n)
		put_layer_place(s, at->layer);
	json_close_list(&s->w);
	json_close_map(&s->w);
}

static void put_locations(struct sarif *s, const struct finding *f)
{
	const struct finding_location whole = {.layer = f->subject.layer};

	json_key(&s->w, "locations");
	json_open_list(&s->w);
	for (size_t i = 0; i < f->n_locations && i < LOCATIONS_MAX; i++)
		put_location(s, f, &f->locations[i]);
	if (f->n_locations == 0)
		put_location(s, f, &whole);
	json_close_list(&s->w);
}

static int put_fingerprints(struct sarif *s, const struct finding *f, struct err *err)
{
	char text[FINGERPRINT_MAX];
	int r = fingerprint_make(&s->prints, f, text, err);

	if (r < 0)
		return r;
	json_key(&s->w, "partialFingerprints");
	json_open_map(&s->w);
	json_put_text(&s->w, "plimsollFinding/v1", text);
	json_put_text(&s->w, "primaryLocationLineHash", text);
	json_put_opt(&s->w, "plimsollSecret/v1", f->fingerprint);
	json_close_map(&s->w);
	return 0;
}

static void put_suppressions(struct sarif *s, const struct finding *f)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);

	json_key(&s->w, "suppressions");
	json_open_list(&s->w);
	if (f->suppressed_by.n) {
		strbuf_add(&sb, str_sub(f->suppressed_by, 0, PART_MAX));
		strbuf_adds(&sb, f->suppressed_reason.n ? ": " : "");
		strbuf_add(&sb, str_sub(f->suppressed_reason, 0, PART_MAX));
		json_open_map(&s->w);
		json_put_text(&s->w, "kind", "external");
		json_put_text(&s->w, "status", "accepted");
		json_put_str(&s->w, "justification", strbuf_str(&sb));
		json_close_map(&s->w);
	}
	json_close_list(&s->w);
}

static void put_properties(struct sarif *s, const struct finding *f)
{
	json_key(&s->w, "properties");
	json_open_map(&s->w);
	json_put_str(&s->w, "findingId", f->id);
	json_put_text(&s->w, "severity", severity_name(f->severity));
	json_put_opt(&s->w, "severitySource", f->severity_source);
	json_put_text(&s->w, "status", finding_status_name(f->status));
	json_put_opt(&s->w, "purl", f->subject.purl);
	json_put_opt(&s->w, "installedVersion", f->subject.version);
	json_put_opt(&s->w, "fixedVersion", f->fix_version);
	if (f->kind == FINDING_VULNERABILITY)
		json_put_bool(&s->w, "knownExploited", f->known_exploited);
	if (f->has_epss)
		json_put_decimal(&s->w, "epss", f->epss, 5);
	if (f->risk >= 0)
		json_put_decimal(&s->w, "risk", f->risk, 1);
	json_key(&s->w, "evidence");
	json_open_list(&s->w);
	for (size_t i = 0; i < f->evidence.n; i++)
		json_add_str(&s->w, f->evidence.p[i]);
	json_close_list(&s->w);
	json_close_map(&s->w);
}

static int put_result(struct sarif *s, const struct finding *f, struct err *err)
{
	const struct rule *rule = map_get(&s->by_id, f->rule);
	int r;

	json_open_map(&s->w);
	json_put_str(&s->w, "ruleId", f->rule);
	json_put_uint(&s->w, "ruleIndex", rule->index);
	json_put_text(&s->w, "kind", "fail");
	json_put_text(&s->w, "level", level_of(f->severity));
	put_message(s, f);
	put_locations(s, f);
	r = put_fingerprints(s, f, err);
	put_suppressions(s, f);
	put_properties(s, f);
	json_close_map(&s->w);
	return r;
}

static int put_results(struct sarif *s, struct err *err)
{
	int r = 0;

	json_key(&s->w, "results");
	json_open_list(&s->w);
	for (size_t i = 0; i < s->results.n && r == 0; i++)
		r = put_result(s, result_at(s, i), err);
	json_close_list(&s->w);
	return r;
}

/* ---- the run ---- */

static void put_notification(struct sarif *s, const struct coverage *c)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	bool partial = c->state == COVERAGE_PARTIAL;

	gap_add_message(&sb, c);
	json_open_map(&s->w);
	json_put_text(&s->w, "level", partial ? "warning" : "error");
	put_text(&s->w, "message", strbuf_str(&sb));
	json_close_map(&s->w);
}

static void put_warning(struct sarif *s, const char *text)
{
	json_open_map(&s->w);
	json_put_text(&s->w, "level", "warning");
	put_text(&s->w, "message", str_of(text));
	json_close_map(&s->w);
}

static void put_left_out(struct sarif *s)
{
	size_t n = s->report->findings.n - s->results.n, n_locations = 0;
	char text[160];

	for (size_t i = 0; i < s->results.n; i++) {
		size_t has = result_at(s, i)->n_locations;

		n_locations += has > LOCATIONS_MAX ? has - LOCATIONS_MAX : 0;
	}
	(void)snprintf(text, sizeof text, /* fits */
		       "%zu of %zu findings, the least severe ones, are not listed: GitHub takes "
		       "no document with more than %d results",
		       n, s->report->findings.n, RESULTS_MAX);
	if (n)
		put_warning(s, text);
	(void)snprintf(text, sizeof text, /* fits */
		       "%zu locations are not listed: GitHub takes no result with more than %d",
		       n_locations, LOCATIONS_MAX);
	if (n_locations)
		put_warning(s, text);
}

static void put_invocation(struct sarif *s)
{
	const struct vec *coverage = &s->report->coverage;

	json_key(&s->w, "invocations");
	json_open_list(&s->w);
	json_open_map(&s->w);
	json_put_bool(&s->w, "executionSuccessful", true);
	json_key(&s->w, "toolExecutionNotifications");
	json_open_list(&s->w);
	for (size_t i = 0; i < coverage->n; i++) {
		const struct coverage *c = vec_at(coverage, i);

		if (c->state != COVERAGE_ASSESSED)
			put_notification(s, c);
	}
	put_left_out(s);
	json_close_list(&s->w);
	json_close_map(&s->w);
	json_close_list(&s->w);
}

static void put_base(struct sarif *s)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(TEXT_MAX);
	const struct report *r = s->report;
	struct str name = r->image.name.n ? r->image.name : r->target.given;

	if (name.n) {
		strbuf_adds(&sb, "the root of the file system of ");
		strbuf_add(&sb, str_sub(name, 0, PART_MAX));
	} else {
		strbuf_adds(&sb, "the folder in which plimsoll was started");
	}
	json_key(&s->w, "originalUriBaseIds");
	json_open_map(&s->w);
	json_key(&s->w, base_of(r));
	json_open_map(&s->w);
	put_text(&s->w, "description", strbuf_str(&sb));
	json_close_map(&s->w);
	json_close_map(&s->w);
}

static void put_run_properties(struct sarif *s)
{
	const struct report_image *image = &s->report->image;

	json_key(&s->w, "properties");
	json_open_map(&s->w);
	json_put_opt(&s->w, "imageName", image->name);
	json_put_opt(&s->w, "manifestDigest", image->manifest_digest);
	json_put_opt(&s->w, "configDigest", image->config_digest);
	json_put_uint(&s->w, "hiddenFindings", s->report->n_hidden);
	json_close_map(&s->w);
}

static int put_document(struct sarif *s, struct err *err)
{
	int r;

	json_open_map(&s->w);
	json_put_text(&s->w, "$schema",
		      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
		      "sarif-schema-2.1.0.json");
	json_put_text(&s->w, "version", "2.1.0");
	json_key(&s->w, "runs");
	json_open_list(&s->w);
	json_open_map(&s->w);
	put_tool(s);
	put_invocation(s);
	put_base(s);
	json_put_text(&s->w, "columnKind", "unicodeCodePoints");
	r = put_results(s, err);
	put_run_properties(s);
	json_close_map(&s->w);
	json_close_list(&s->w);
	json_close_map(&s->w);
	strbuf_addc(s->w.out, '\n');
	return r < 0 ? r : strbuf_check(s->w.out, err);
}

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	struct sarif s = {.report = report,
			  .results = VEC_INIT(const struct finding *, LIMIT_FINDINGS),
			  .rules = VEC_INIT(struct rule *, LIMIT_FINDINGS)};
	int r;

	arena_init(&s.arena, LIMIT_ARENA_BYTES);
	map_init(&s.by_id, LIMIT_FINDINGS);
	map_init(&s.layers, LIMIT_LAYERS);
	fingerprints_init(&s.prints);
	json_writer_init(&s.w, out, JSON_INDENT);
	r = gather(&s);
	r = r < 0 ? err_nomem(err) : put_document(&s, err);
	vec_done(&s.results);
	vec_done(&s.rules);
	map_done(&s.by_id);
	map_done(&s.layers);
	fingerprints_done(&s.prints);
	arena_done(&s.arena);
	return r;
}

const struct renderer renderer_sarif = {
	.id = "sarif",
	.title = "SARIF 2.1.0 for code-scanning pages",
	.media_type = "application/sarif+json",
	.render = render,
};
