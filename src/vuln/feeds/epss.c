/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EPSS: how likely a CVE is to be exploited in the next 30 days.
 *
 *     #model_version:v2023.03.01,score_date:2023-03-07T00:00:00+0000      since 2022
 *     cve,epss,percentile                                                 percentile since 09/2021
 *     CVE-2020-5902,0.97567,0.99995
 *
 * A file without a first line takes its day from its name: epss_scores-2021-04-14.csv.
 * Format: https://www.first.org/epss/data_stats
 */
#include "base/limits.h"
#include "base/path.h"
#include "base/stream_lines.h"
#include "vuln/feeds/draft.h"

struct reader {
	const struct feed_sink *sink;
	char day[32], model[64];
	bool has_header, has_percentile;
};

static bool claims(struct str path)
{
	struct str name = path_base(path);

	return str_has_prefix(name, STR("epss_scores-")) && str_has_suffix(name, STR(".csv"));
}

static void set(char *to, size_t size, struct str s)
{
	(void)snprintf(to, size, "%.*s", STR_FMT(s)); /* cut is fine */
}

/* "model_version:v2023.03.01,score_date:2023-03-07T00:00:00+0000" */
static void read_comment(struct reader *rd, struct str line)
{
	struct str field;

	while (str_pull_until(&line, ',', &field)) {
		if (str_pull_prefix(&field, STR("model_version:")))
			set(rd->model, sizeof rd->model, field);
		else if (str_pull_prefix(&field, STR("score_date:")))
			set(rd->day, sizeof rd->day, str_sub(draft_date(field), 0, 10));
	}
}

/* "0.97567", "1", "1e-05"; decimal digits only, no locale. */
static bool read_share(struct str s, double *ret)
{
	struct str number = s, exponent = STR_NULL;
	double value = 0, unit = 1;
	bool digits = false, point = false, minus;
	uint64_t power = 0;

	if (str_cut(s, 'e', &number, &exponent)) {
		minus = str_pull_prefix(&exponent, STR("-"));
		if (!minus || !str_parse_u64(exponent, &power) || power > 30)
			return false;
	}
	for (size_t i = 0; i < number.n; i++) {
		if (number.p[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (!char_is_digit(number.p[i]) || i > 40)
			return false;
		digits = true;
		unit = point ? unit / 10 : 1;
		value = point ? value + (number.p[i] - '0') * unit
			      : value * 10 + (number.p[i] - '0');
	}
	while (power-- > 0)
		value /= 10;
	*ret = value;
	return digits && value <= 1;
}

static int read_score(struct reader *rd, struct str line, size_t number, struct err *err)
{
	struct str cve, score, percentile = STR_NULL;
	struct enrichment e = {.feed = STR("epss"), .has_epss = true};
	char where[32];

	if (str_cut(line, ',', &cve, &score) && str_has_prefix(cve, STR("CVE-"))) {
		(void)str_cut(score, ',', &score, &percentile); /* the oldest form has none */
		if (read_share(score, &e.epss) &&
		    (!rd->has_percentile || read_share(percentile, &e.epss_percentile))) {
			e.cve = cve;
			e.date = str_of(rd->day);
			return rd->sink->enrichment(rd->sink->context, &e, err);
		}
	}
	(void)snprintf(where, sizeof where, "line %zu", number); /* fits */
	draft_problem(rd->sink, str_of(where), ERR_FORMAT,
		      "expected a CVE, its score and percentile from 0 to 1");
	return 0;
}

static int read_line(struct reader *rd, struct str line, size_t number, struct err *err)
{
	if (line.n == 0)
		return 0;
	if (str_pull_prefix(&line, STR("#"))) {
		read_comment(rd, line);
		return 0;
	}
	if (rd->has_header)
		return read_score(rd, line, number, err);
	rd->has_header = true;
	rd->has_percentile = str_is(line, "cve,epss,percentile");
	if (!rd->has_percentile && !str_is(line, "cve,epss"))
		return err_set(err, ERR_FORMAT, "line %zu: expected \"cve,epss,percentile\"",
			       number);
	return 0;
}

static int read_lines(struct reader *rd, struct stream_lines *in, struct err *err)
{
	struct str line;
	int r;

	while ((r = stream_lines_next(in, &line, err)) > 0) {
		r = read_line(rd, line, in->number, err);
		if (r < 0)
			return r;
	}
	if (r == 0 && !rd->has_header)
		return err_set(err, ERR_FORMAT, "no line \"cve,epss,percentile\"");
	return r;
}

static int read(const struct feed_file *file, const struct feed_sink *sink, struct err *err)
{
	CLEANUP(stream_lines_done)
	struct stream_lines in = STREAM_LINES_INIT(file->stream, 4096);
	struct reader rd = {.sink = sink};
	struct str name = path_base(file->path);
	int r;

	set(rd.day, sizeof rd.day, str_sub(draft_date(str_skip(name, 12)), 0, 10));
	r = read_lines(&rd, &in, err);
	if (r == 0 && rd.day[0])
		r = sink->fact(sink->context, STR("date"), str_of(rd.day), err);
	if (r == 0 && rd.model[0])
		r = sink->fact(sink->context, STR("model"), str_of(rd.model), err);
	return r;
}

const struct feed feed_epss = {
	.id = "epss",
	.title = "EPSS: exploit prediction scores",
	.licence = "as published by FIRST; free to use with attribution",
	.url = "https://www.first.org/epss/",
	.claims = claims,
	.read = read,
};
