/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/cvss.h"

#include <math.h>

#include "base/cleanup.h"

#define METRICS_MAX 32

/* One metric of a version: its values as a list of words; base metrics are required. */
struct metric {
	const char *name;
	const char *values;
	bool required;
};

struct grammar {
	const char *version;
	const char *prefix;
	const struct metric *metrics;
	size_t n;
	double (*score)(const int value[]);
};

/* Index of `word` in a list of words divided by spaces; -1: it is none of them. */
static int word_index(const char *words, struct str word)
{
	struct str rest = str_of(words), candidate;

	for (int i = 0; str_pull_until(&rest, ' ', &candidate); i++)
		if (str_eq(candidate, word))
			return i;
	return -1;
}

static double round_1(double v)
{
	return floor(v * 10 + 0.5) / 10;
}

/* CVSS 2.0 */

enum { AV2, AC2, AU2, C2, I2, A2 };

static const struct metric metrics_2[] = {
	[AV2] = {"AV", "L A N", true}, [AC2] = {"AC", "H M L", true},
	[AU2] = {"Au", "M S N", true}, [C2] = {"C", "N P C", true},
	[I2] = {"I", "N P C", true},   [A2] = {"A", "N P C", true},
	{"E", "ND U POC F H", false},  {"RL", "ND OF TF W U", false},
	{"RC", "ND UC UR C", false},   {"CDP", "ND N L LM MH H", false},
	{"TD", "ND N L M H", false},   {"CR", "ND L M H", false},
	{"IR", "ND L M H", false},     {"AR", "ND L M H", false},
};

static double score_2(const int v[])
{
	static const double access[] = {0.395, 0.646, 1.0}, complexity[] = {0.35, 0.61, 0.71};
	static const double authentication[] = {0.45, 0.56, 0.704}, loss[] = {0.0, 0.275, 0.660};
	double impact = 10.41 * (1 - (1 - loss[v[C2]]) * (1 - loss[v[I2]]) * (1 - loss[v[A2]]));
	double exploitability = 20 * access[v[AV2]] * complexity[v[AC2]] * authentication[v[AU2]];

	/* the specification's f(Impact): 0 without impact, else 1.176 */
	return impact == 0 ? 0 : round_1((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176);
}

/* CVSS 3.x */

enum { AV3, AC3, PR3, UI3, S3, C3, I3, A3 };

static const struct metric metrics_3[] = {
	[AV3] = {"AV", "N A L P", true}, [AC3] = {"AC", "L H", true}, [PR3] = {"PR", "N L H", true},
	[UI3] = {"UI", "N R", true},	 [S3] = {"S", "U C", true},   [C3] = {"C", "N L H", true},
	[I3] = {"I", "N L H", true},	 [A3] = {"A", "N L H", true}, {"E", "X U P F H", false},
	{"RL", "X O T W U", false},	 {"RC", "X U R C", false},    {"CR", "X L M H", false},
	{"IR", "X L M H", false},	 {"AR", "X L M H", false},    {"MAV", "X N A L P", false},
	{"MAC", "X L H", false},	 {"MPR", "X N L H", false},   {"MUI", "X N R", false},
	{"MS", "X U C", false},		 {"MC", "X N L H", false},    {"MI", "X N L H", false},
	{"MA", "X N L H", false},
};

/* Appendix A: the smallest number with one decimal that is not below; immune to binary fractions.
 */
static double roundup(double v)
{
	long scaled = lround(v * 100000), tenths = scaled / 10000;

	return (double)(scaled % 10000 == 0 ? tenths : tenths + 1) / 10.0;
}

static double score_3(const int v[])
{
	static const double vector[] = {0.85, 0.62, 0.55, 0.2}, complexity[] = {0.77, 0.44};
	static const double privileges[2][3] = {{0.85, 0.62, 0.27}, {0.85, 0.68, 0.5}};
	static const double interaction[] = {0.85, 0.62}, loss[] = {0, 0.22, 0.56};
	bool changed = v[S3] == 1;
	double iss = 1 - (1 - loss[v[C3]]) * (1 - loss[v[I3]]) * (1 - loss[v[A3]]);
	double impact = changed ? 7.52 * (iss - 0.029) - 3.25 * pow(iss - 0.02, 15) : 6.42 * iss;
	double exploitability = 8.22 * vector[v[AV3]] * complexity[v[AC3]] *
				privileges[changed][v[PR3]] * interaction[v[UI3]];
	double sum = impact + exploitability;

	if (impact <= 0)
		return 0;
	return roundup(fmin(changed ? 1.08 * sum : sum, 10));
}

/* CVSS 4.0 */

enum { AV, AC, AT, PR, UI, VC, VI, VA, SC, SI, SA, E, CR, IR, AR, MODIFIED };
#define N_SCORED MODIFIED

/*
 * Values stand from the gravest on, so that an index is a severity level. "/" is a level without a
 * word: no value of a vector can hold it.
 */
static const struct metric metrics_4[] = {
	[AV] = {"AV", "N A L P", true},	 [AC] = {"AC", "L H", true},
	[AT] = {"AT", "N P", true},	 [PR] = {"PR", "N L H", true},
	[UI] = {"UI", "N P A", true},	 [VC] = {"VC", "H L N", true},
	[VI] = {"VI", "H L N", true},	 [VA] = {"VA", "H L N", true},
	[SC] = {"SC", "/ H L N", true},	 [SI] = {"SI", "S H L N", true},
	[SA] = {"SA", "S H L N", true},	 [E] = {"E", "A P U X", false},
	[CR] = {"CR", "H M L X", false}, [IR] = {"IR", "H M L X", false},
	[AR] = {"AR", "H M L X", false}, [MODIFIED] = {"MAV", "N A L P X", false},
	{"MAC", "L H X", false},	 {"MAT", "N P X", false},
	{"MPR", "N L H X", false},	 {"MUI", "N P A X", false},
	{"MVC", "H L N X", false},	 {"MVI", "H L N X", false},
	{"MVA", "H L N X", false},	 {"MSC", "/ H L N X", false},
	{"MSI", "S H L N X", false},	 {"MSA", "S H L N X", false},
	{"S", "X N P", false},		 {"AU", "X N Y", false},
	{"R", "X A U I", false},	 {"V", "X D C", false},
	{"RE", "X L M H", false},	 {"U", "X Clear Green Amber Red", false},
};

/*
 * Score of each MacroVector in tenths, -1: there is none. Rows by EQ1, EQ2, EQ3; in a row EQ4, EQ5,
 * EQ6 count up, the last one fastest. (Specification, section 8.3: the look-up table.)
 */
static const signed char macro_scores[] = {
	/* 000 */ 100,
	99,
	98,
	95,
	95,
	92,
	100,
	96,
	93,
	87,
	91,
	81,
	93,
	90,
	89,
	80,
	81,
	68,
	/* 001 */ 98,
	95,
	95,
	92,
	90,
	84,
	93,
	92,
	89,
	81,
	81,
	65,
	88,
	80,
	78,
	70,
	69,
	48,
	/* 002 */ -1,
	92,
	-1,
	82,
	-1,
	72,
	-1,
	79,
	-1,
	69,
	-1,
	50,
	-1,
	69,
	-1,
	55,
	-1,
	27,
	/* 010 */ 99,
	97,
	95,
	92,
	92,
	85,
	95,
	91,
	90,
	83,
	84,
	71,
	92,
	81,
	82,
	71,
	72,
	53,
	/* 011 */ 95,
	93,
	92,
	85,
	85,
	73,
	92,
	82,
	80,
	72,
	70,
	59,
	84,
	70,
	71,
	52,
	50,
	30,
	/* 012 */ -1,
	86,
	-1,
	75,
	-1,
	52,
	-1,
	71,
	-1,
	52,
	-1,
	29,
	-1,
	63,
	-1,
	29,
	-1,
	17,
	/* 100 */ 98,
	95,
	94,
	87,
	91,
	81,
	94,
	89,
	86,
	74,
	77,
	64,
	87,
	75,
	74,
	63,
	63,
	49,
	/* 101 */ 94,
	89,
	88,
	77,
	76,
	67,
	86,
	76,
	74,
	58,
	59,
	50,
	72,
	57,
	57,
	52,
	52,
	25,
	/* 102 */ -1,
	83,
	-1,
	70,
	-1,
	54,
	-1,
	65,
	-1,
	58,
	-1,
	26,
	-1,
	53,
	-1,
	21,
	-1,
	13,
	/* 110 */ 95,
	90,
	88,
	76,
	76,
	70,
	90,
	77,
	75,
	62,
	61,
	53,
	77,
	66,
	68,
	59,
	52,
	30,
	/* 111 */ 89,
	78,
	76,
	67,
	62,
	58,
	74,
	59,
	57,
	57,
	47,
	23,
	61,
	52,
	57,
	29,
	24,
	16,
	/* 112 */ -1,
	71,
	-1,
	59,
	-1,
	30,
	-1,
	58,
	-1,
	26,
	-1,
	15,
	-1,
	23,
	-1,
	13,
	-1,
	6,
	/* 200 */ 93,
	87,
	86,
	72,
	75,
	58,
	86,
	74,
	74,
	61,
	56,
	34,
	70,
	54,
	52,
	40,
	40,
	22,
	/* 201 */ 85,
	75,
	74,
	55,
	62,
	51,
	72,
	57,
	55,
	41,
	46,
	19,
	53,
	36,
	34,
	19,
	19,
	8,
	/* 202 */ -1,
	64,
	-1,
	51,
	-1,
	20,
	-1,
	47,
	-1,
	21,
	-1,
	11,
	-1,
	24,
	-1,
	9,
	-1,
	4,
	/* 210 */ 88,
	75,
	73,
	53,
	60,
	50,
	73,
	55,
	59,
	40,
	41,
	20,
	54,
	43,
	45,
	22,
	20,
	11,
	/* 211 */ 75,
	55,
	58,
	45,
	40,
	21,
	61,
	51,
	48,
	18,
	20,
	9,
	46,
	18,
	17,
	7,
	8,
	2,
	/* 212 */ -1,
	53,
	-1,
	24,
	-1,
	14,
	-1,
	24,
	-1,
	12,
	-1,
	5,
	-1,
	10,
	-1,
	3,
	-1,
	1,
};

/* How deep a MacroVector is: severity levels between its gravest and its mildest vector, plus 1. */
static const int depth_1[] = {1, 4, 5}, depth_2[] = {1, 2}, depth_4[] = {6, 5, 4};
static const int depth_36[3][2] = {{7, 6}, {8, 8}, {0, 10}};

/* The gravest vectors of each equivalence class, as levels of its metrics (section 8.2). */
struct gravest {
	int n;
	signed char levels[5][6];
};

static const struct gravest gravest_1[] = {
	{1, {{0, 0, 0}}},
	{3, {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
	{2, {{3, 0, 0}, {1, 1, 1}}},
};
static const struct gravest gravest_2[] = {
	{1, {{0, 0}}},
	{2, {{1, 0}, {0, 1}}},
};
/* VC VI VA CR IR AR; by EQ3 and EQ6 */
static const struct gravest gravest_36[3][2] = {
	{{1, {{0, 0, 0, 0, 0, 0}}}, {2, {{0, 0, 1, 1, 1, 0}, {0, 0, 0, 1, 1, 1}}}},
	{{2, {{1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}}},
	 {5,
	  {{1, 0, 1, 0, 1, 0},
	   {1, 0, 0, 0, 1, 1},
	   {0, 1, 0, 1, 0, 1},
	   {0, 1, 1, 1, 0, 0},
	   {1, 1, 0, 0, 0, 1}}}},
	{{0, {{0}}}, {1, {{1, 1, 1, 0, 0, 0}}}},
};
/* SC SI SA */
static const struct gravest gravest_4[] = {
	{1, {{1, 0, 0}}},
	{1, {{1, 1, 1}}},
	{1, {{2, 2, 2}}},
};

struct macro {
	int eq[7]; /* eq[1] to eq[6] */
};

static int macro_score(struct macro m)
{
	static const int sizes[] = {0, 3, 2, 3, 3, 3, 2};
	int at = 0;

	for (int i = 1; i <= 6; i++) {
		if (m.eq[i] >= sizes[i])
			return -1;
		at = at * sizes[i] + m.eq[i];
	}
	return macro_scores[at];
}

/* The score of the MacroVector one step milder in one class. */
static int milder(struct macro m, int eq)
{
	m.eq[eq]++;
	return macro_score(m);
}

/* EQ3 and EQ6 depend on each other and step together; from 00 the graver of two ways counts. */
static int milder_36(struct macro m)
{
	int by_3 = milder(m, 3), by_6 = milder(m, 6);

	if (m.eq[3] == 0 && m.eq[6] == 0)
		return by_3 > by_6 ? by_3 : by_6;
	return m.eq[6] == 1 ? by_3 : by_6;
}

static struct macro macro_of(const int l[])
{
	bool high_v = l[VC] == 0 || l[VI] == 0 || l[VA] == 0;
	struct macro m = {{0}};

	if (l[AV] == 0 && l[PR] == 0 && l[UI] == 0)
		m.eq[1] = 0;
	else
		m.eq[1] = l[AV] != 3 && (l[AV] == 0 || l[PR] == 0 || l[UI] == 0) ? 1 : 2;
	m.eq[2] = l[AC] == 0 && l[AT] == 0 ? 0 : 1;
	m.eq[3] = l[VC] == 0 && l[VI] == 0 ? 0 : high_v ? 1 : 2;
	if (l[SI] == 0 || l[SA] == 0)
		m.eq[4] = 0;
	else
		m.eq[4] = l[SC] <= 1 || l[SI] == 1 || l[SA] == 1 ? 1 : 2;
	m.eq[5] = l[E];
	m.eq[6] = (l[CR] == 0 && l[VC] == 0) || (l[IR] == 0 && l[VI] == 0) ||
				  (l[AR] == 0 && l[VA] == 0)
			  ? 0
			  : 1;
	return m;
}

/* Levels between the vector and the first gravest vector that is nowhere milder; -1: none is. */
static int distance(const struct gravest *g, const int l[], const int metrics[], int n)
{
	for (int i = 0; i < g->n; i++) {
		int sum = 0, k;

		for (k = 0; k < n && l[metrics[k]] >= g->levels[i][k]; k++)
			sum += l[metrics[k]] - g->levels[i][k];
		if (k == n)
			return sum;
	}
	return -1;
}

/* Base metrics as the environment modifies them; a requirement or threat not given is the gravest.
 */
static void effective_levels(const int v[], int l[])
{
	for (int i = 0; i < N_SCORED; i++) {
		l[i] = v[i];
		if (i < E && v[MODIFIED + i] >= 0 &&
		    word_index(metrics_4[MODIFIED + i].values, STR("X")) != v[MODIFIED + i])
			l[i] = v[MODIFIED + i];
		if (i >= E && (v[i] < 0 || v[i] == 3))
			l[i] = 0;
	}
}

static double score_4(const int v[])
{
	static const int of_1[] = {AV, PR, UI}, of_2[] = {AC, AT}, of_4[] = {SC, SI, SA};
	static const int of_36[] = {VC, VI, VA, CR, IR, AR};
	int l[N_SCORED], value, n = 0;
	struct macro m;
	double lost = 0;

	effective_levels(v, l);
	if (l[VC] == 2 && l[VI] == 2 && l[VA] == 2 && l[SC] == 3 && l[SI] == 3 && l[SA] == 3)
		return 0;
	m = macro_of(l);
	value = macro_score(m);
	{
		const struct {
			int below, steps, depth;
		} parts[] = {
			{milder(m, 1), distance(&gravest_1[m.eq[1]], l, of_1, 3), depth_1[m.eq[1]]},
			{milder(m, 2), distance(&gravest_2[m.eq[2]], l, of_2, 2), depth_2[m.eq[2]]},
			{milder_36(m), distance(&gravest_36[m.eq[3]][m.eq[6]], l, of_36, 6),
			 depth_36[m.eq[3]][m.eq[6]]},
			{milder(m, 4), distance(&gravest_4[m.eq[4]], l, of_4, 3), depth_4[m.eq[4]]},
			{milder(m, 5), 0, 1},
		};

		for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
			if (parts[i].below < 0)
				continue;
			n++;
			lost += (double)(value - parts[i].below) * parts[i].steps / parts[i].depth;
		}
	}
	/* in tenths; the small addend keeps an exact half from falling by its binary fraction */
	lost = n ? lost / n : 0;
	return fmin(fmax(floor(value - lost + 0.5 + 1e-6), 0), 100) / 10;
}

static const struct grammar grammars[] = {
	{"4.0", "CVSS:4.0/", metrics_4, ARRAY_LEN(metrics_4), score_4},
	{"3.1", "CVSS:3.1/", metrics_3, ARRAY_LEN(metrics_3), score_3},
	{"3.0", "CVSS:3.0/", metrics_3, ARRAY_LEN(metrics_3), score_3},
	{"2.0", "CVSS:2.0/", metrics_2, ARRAY_LEN(metrics_2), score_2},
	{"2.0", "", metrics_2, ARRAY_LEN(metrics_2), score_2},
};

static int parse_metric(const struct grammar *g, struct str text, int value[], struct err *err)
{
	struct str name, word;
	size_t i = 0;
	int at;

	if (!str_cut(text, ':', &name, &word))
		return err_set(err, ERR_FORMAT, "CVSS %s: \"%.*s\" is not METRIC:VALUE", g->version,
			       STR_FMT(text));
	while (i < g->n && !str_eq(name, str_of(g->metrics[i].name)))
		i++;
	if (i == g->n)
		return err_set(err, ERR_FORMAT, "CVSS %s: unknown metric \"%.*s\"", g->version,
			       STR_FMT(name));
	if (value[i] >= 0)
		return err_set(err, ERR_FORMAT, "CVSS %s: metric %s is given twice", g->version,
			       g->metrics[i].name);
	at = word_index(g->metrics[i].values, word);
	/* "safety" is a value of MSI and MSA only, though SI and SA share their levels */
	if (g->score == score_4 && (i == SI || i == SA) && at == 0)
		at = -1;
	if (at < 0)
		return err_set(err, ERR_FORMAT, "CVSS %s: metric %s has no value \"%.*s\"",
			       g->version, g->metrics[i].name, STR_FMT(word));
	value[i] = at;
	return 0;
}

static int parse_metrics(const struct grammar *g, struct str rest, int value[], struct err *err)
{
	struct str text;

	for (size_t i = 0; i < METRICS_MAX; i++)
		value[i] = -1;
	while (str_pull_until(&rest, '/', &text)) {
		int r = parse_metric(g, text, value, err);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < g->n; i++)
		if (g->metrics[i].required && value[i] < 0)
			return err_set(err, ERR_FORMAT, "CVSS %s: metric %s is missing", g->version,
				       g->metrics[i].name);
	return 0;
}

int cvss_parse(struct str vector, struct cvss *ret, struct err *err)
{
	_Static_assert(ARRAY_LEN(metrics_4) <= METRICS_MAX, "room for every metric");
	int value[METRICS_MAX];

	vector = str_trim(vector);
	if (vector.n >= 2 && vector.p[0] == '(' && vector.p[vector.n - 1] == ')')
		vector = str_sub(vector, 1, vector.n - 2);
	for (size_t i = 0; i < ARRAY_LEN(grammars); i++) {
		const struct grammar *g = &grammars[i];
		struct str rest = vector;
		int r;

		if (!str_pull_prefix(&rest, str_of(g->prefix)))
			continue;
		r = parse_metrics(g, rest, value, err);
		if (r < 0)
			return r;
		*ret = (struct cvss){g->version, g->score(value)};
		return 0;
	}
	return err_set(err, ERR_FORMAT, "\"%.*s\" is no CVSS vector", STR_FMT(vector));
}

enum severity cvss_severity(const struct cvss *c)
{
	if (c->score >= 9.0 && c->version[0] != '2')
		return SEVERITY_CRITICAL;
	if (c->score >= 7.0)
		return SEVERITY_HIGH;
	if (c->score >= 4.0)
		return SEVERITY_MEDIUM;
	return c->score > 0 ? SEVERITY_LOW : SEVERITY_NEGLIGIBLE;
}
