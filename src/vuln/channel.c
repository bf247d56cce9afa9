/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/channel.h"

#include "base/cleanup.h"

static bool holds(struct str s, const char *needle)
{
	return str_find(s, str_of(needle)) < s.n;
}

bool channel_is_offer(struct str channel)
{
	return str_has_prefix(channel, STR("esm")) || str_is(channel, "realtime") ||
	       str_is(channel, "ltss");
}

/* ---- Ubuntu, Oracle: builds that say in their version where they are from ---- */

static bool is_ubuntu_fips(const struct channel_build *b)
{
	return holds(b->version, "fips") || holds(b->version, "Fips") ||
	       str_has_suffix(b->name, STR("-fips"));
}

static enum channel_weight of_ubuntu(const struct channel_build *b, struct str channel)
{
	bool is_fips_channel = str_has_prefix(channel, STR("fips"));

	if (is_fips_channel || is_ubuntu_fips(b))
		return is_fips_channel && is_ubuntu_fips(b) ? CHANNEL_OWN : CHANNEL_SILENT;
	if (channel.n == 0)
		return CHANNEL_RELEASE;
	return channel_is_offer(channel) ? CHANNEL_OFFER : CHANNEL_RELEASE;
}

static enum channel_weight of_oracle(const struct channel_build *b, struct str channel)
{
	struct str own = STR_NULL;

	if (holds(b->version, ".ksplice"))
		own = STR("ksplice");
	else if (holds(b->version, "_fips"))
		own = STR("fips");
	return str_eq(channel, own) ? CHANNEL_RELEASE : CHANNEL_SILENT;
}

/* ---- Red Hat: CPEs ---- */

/* "rhel_eus:9.2::appstream" is of "rhel_eus:9.2", and the other way round. */
static bool is_of(struct str cpe, struct str general)
{
	return str_pull_prefix(&cpe, general) && (cpe.n == 0 || cpe.p[0] == ':');
}

static bool is_named(struct str_list repositories, struct str channel)
{
	for (size_t i = 0; i < repositories.n; i++)
		if (is_of(repositories.p[i], channel) || is_of(channel, repositories.p[i]))
			return true;
	return false;
}

static bool is_extended(struct str product)
{
	static const char *const streams[] = {"rhel_eus", "rhel_aus", "rhel_tus",
					      "rhel_e4s", "rhel_els", "rhel_mission_critical"};

	for (size_t i = 0; i < ARRAY_LEN(streams); i++)
		if (str_has_prefix(product, str_of(streams[i])))
			return true;
	return false;
}

static bool is_main(struct str product)
{
	return str_has_prefix(product, STR("enterprise_linux")) ||
	       (str_has_prefix(product, STR("rhel_")) && !is_extended(product));
}

/* Whether the version has the tag "el9_2" of the release "9.2", and not "el9_20". */
static bool has_tag(struct str version, struct str release)
{
	char tag[32];
	struct str major, minor;
	size_t at;
	int n;

	if (release.n > 16 || !str_cut(release, '.', &major, &minor))
		return false;
	n = snprintf(tag, sizeof tag, ".el%.*s_%.*s", STR_FMT(major), STR_FMT(minor));
	at = str_find(version, str_make(tag, (size_t)n));
	if (at == version.n)
		return false;
	version = str_skip(version, at + (size_t)n);
	return version.n == 0 || !char_is_digit(version.p[0]);
}

static enum channel_weight of_red_hat(const struct channel_build *b, struct str channel)
{
	struct str rest = channel, product = STR_NULL, release = STR_NULL;

	(void)(str_pull_until(&rest, ':', &product) && str_pull_until(&rest, ':', &release));
	if (channel.n == 0 || is_main(product))
		return CHANNEL_RELEASE;
	if (is_named(b->repositories, channel))
		return CHANNEL_OWN;
	return is_extended(product) && has_tag(b->version, release) ? CHANNEL_FIX_ONLY
								    : CHANNEL_SILENT;
}

/* ---- Amazon: topics of extras ---- */

/* "kernel-5.10" for the package kernel: versions that begin with "5.10." */
static enum channel_weight of_amazon(const struct channel_build *b, struct str channel)
{
	struct str version = b->version, epoch, rest;

	if (!str_pull_prefix(&channel, STR("extras:")) || !str_pull_prefix(&channel, b->name))
		return CHANNEL_RELEASE;
	(void)str_pull_prefix(&channel, STR("-")); /* with or without */
	if (channel.n == 0 || !char_is_digit(channel.p[0]))
		return CHANNEL_RELEASE;
	if (str_cut(version, ':', &epoch, &rest))
		version = rest;
	if (!str_pull_prefix(&version, channel))
		return CHANNEL_SILENT;
	return version.n && char_is_digit(version.p[0]) ? CHANNEL_SILENT : CHANNEL_RELEASE;
}

enum channel_weight channel_weigh(const struct channel_build *b, struct str channel)
{
	static const struct {
		const char *shard;
		enum channel_weight (*weigh)(const struct channel_build *b, struct str channel);
	} vendors[] = {
		{"ubuntu-", of_ubuntu},
		{"oraclelinux-", of_oracle},
		{"rhel-", of_red_hat},
		{"amazonlinux-", of_amazon},
	};

	for (size_t i = 0; i < ARRAY_LEN(vendors); i++)
		if (str_has_prefix(b->shard, str_of(vendors[i].shard)))
			return vendors[i].weigh(b, channel);
	return channel_is_offer(channel) ? CHANNEL_OFFER : CHANNEL_RELEASE;
}
