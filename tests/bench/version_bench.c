/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many versions a core compares in a second: version_bench
 *
 * Every scheme of version.h, all pairs of its versions below, best of five rounds, in time of the
 * processor, so that a busy machine does not show. Pairs that a scheme cannot compare are left out.
 * What is slower than it may be (2 million a second for debian and redhat, 0.5 for the others) is
 * marked, and the exit status is 1.
 */
#include <stdio.h>
#include <time.h>

#include "package/version.h"

#define ROUNDS	    5
#define COMPARISONS 400000
#define LIST_MAX    12

/* Versions as they are installed; the last row is for schemes without one of their own. */
static const struct {
	const char *scheme;
	const char *versions[LIST_MAX];
} lists[] = {
	{"debian",
	 {"1:9.18.28-1~deb12u2", "1:9.18.28-1~deb12u1", "2.36-9+deb12u7", "2.36-9+deb12u8",
	  "5.10.223-1", "3.0.14-1~deb12u2+b1", "1.2.13.dfsg-1", "0.9.8zg-1+deb7u1"}},
	{"redhat",
	 {"2:8.2.2637-20.el9_1", "2:8.2.2637-21.el9", "1.1.1k-12.el8_9", "3.0.7-27.el9",
	  "4.18.0-553.16.1.el8_10", "32:9.16.23-18.el9_4.6", "1.0~rc2-1", "1.0^git20240101-1"}},
	{"alpine",
	 {"1.36.1-r29", "1.36.1-r30", "3.1.4-r5", "1.1.1a-r0", "1.2.2_pre2-r0", "0.9.8_p1-r3"}},
	{"golang",
	 {"v1.2.3", "v0.0.0-20190101000000-abcdefabcdef", "v2.0.0+incompatible", "v1.22.5",
	  "v0.17.0", "v1.9.0-rc.1"}},
	{"",
	 {"1.2.3", "1.2.10", "2.0.0-rc.1", "10.4.0", "1.0.0", "0.9.8", "4.17.21", "3.0.0-beta2"}},
};
#define N_LISTS (sizeof lists / sizeof lists[0])

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const char *const *versions_of(struct str scheme)
{
	for (size_t i = 0; i < N_LISTS; i++)
		if (str_is(scheme, lists[i].scheme))
			return lists[i].versions;
	return lists[N_LISTS - 1].versions;
}

struct pair {
	struct str a, b;
};

static size_t pairs_of(enum version_scheme scheme, struct pair *ret)
{
	const char *const *v = versions_of(version_scheme_name(scheme));
	size_t n = 0;
	int order;

	for (size_t i = 0; i < LIST_MAX && v[i]; i++)
		for (size_t k = 0; k < LIST_MAX && v[k]; k++) {
			struct pair p = {str_of(v[i]), str_of(v[k])};

			if (version_compare(scheme, p.a, p.b, &order, NULL) == 0)
				ret[n++] = p;
		}
	return n;
}

/* Millions a second. */
static double measure(enum version_scheme scheme, const struct pair *pairs, size_t n)
{
	double best = 0;
	long sum = 0;

	for (int round = 0; round < ROUNDS; round++) {
		double start = now_s(), rate;

		for (size_t i = 0; i < COMPARISONS; i++) {
			int order = 0;

			(void)version_compare(scheme, pairs[i % n].a, pairs[i % n].b, &order,
					      NULL); /* it could before */
			sum += order;
		}
		rate = COMPARISONS / (now_s() - start) / 1e6;
		best = rate > best ? rate : best;
	}
	return sum == 1 ? best + 1e-9 : best; /* so that the sum is needed */
}

int main(void)
{
	struct pair pairs[LIST_MAX * LIST_MAX];
	int slow = 0;

	for (unsigned s = 0; s < VERSION_SCHEMES; s++) {
		enum version_scheme scheme = (enum version_scheme)s;
		struct str name = version_scheme_name(scheme);
		double bar = str_is(name, "debian") || str_is(name, "redhat") ? 2 : 0.5, rate;
		size_t n = pairs_of(scheme, pairs);

		if (n == 0)
			continue;
		rate = measure(scheme, pairs, n);
		printf("%-12.*s %8.2f million a second, %3zu pairs%s\n", STR_FMT(name), rate, n,
		       rate < bar ? "   SLOW" : "");
		slow |= rate < bar;
	}
	return slow;
}
