/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timestamps and durations: conversions, + and -, the calendar with and without a time zone.
 *
 * Specification: langdef.md of cel-spec, "Abstract types" and the list of standard functions. A
 * constant zone is read when the program is compiled; one that comes from the facts makes all
 * zones be read then, so that an evaluation never opens a file.
 */
#include <inttypes.h>

#include "base/cleanup.h"
#include "expr/function.h"
#include "expr/time.h"
#include "expr/zone.h"

static struct nanotime nanotime_of(struct value v)
{
	return (struct nanotime){.seconds = v.i, .nanos = v.n};
}

static struct value timestamp_value(struct nanotime t)
{
	return value_timestamp(t.seconds, t.nanos);
}

static struct value duration_value(struct nanotime d)
{
	return value_duration(d.seconds, d.nanos);
}

/* ---- conversions ---- */

static struct value same(struct call *c, const struct value *args)
{
	return args[0];
}

static struct value timestamp_of_string(struct call *c, const struct value *args)
{
	struct nanotime t;
	struct err err = {0};

	if (timestamp_parse(value_str(args[0]), &t, &err) < 0)
		return call_error(c, "%s", err.msg);
	return timestamp_value(t);
}

static struct value timestamp_of_int(struct call *c, const struct value *args)
{
	struct nanotime t = {.seconds = args[0].i};

	if (!timestamp_is_valid(t))
		return call_error(c, "timestamp %" PRId64 " is out of range (years 1 to 9999)",
				  args[0].i);
	return timestamp_value(t);
}

static struct value int_of_timestamp(struct call *c, const struct value *args)
{
	return value_int(args[0].i);
}

static struct value duration_of_string(struct call *c, const struct value *args)
{
	struct nanotime d;
	struct err err = {0};

	if (duration_parse(value_str(args[0]), &d, &err) < 0)
		return call_error(c, "%s", err.msg);
	return duration_value(d);
}

static struct value string_of_timestamp(struct call *c, const struct value *args)
{
	char text[TIME_TEXT_MAX];

	return call_string(c, str_make(text, timestamp_print(nanotime_of(args[0]), text)));
}

static struct value string_of_duration(struct call *c, const struct value *args)
{
	char text[TIME_TEXT_MAX];

	return call_string(c, str_make(text, duration_print(nanotime_of(args[0]), text)));
}

/* ---- arithmetic ---- */

static struct value timestamp_or_range(struct call *c, bool ok, struct nanotime t)
{
	return ok ? timestamp_value(t)
		  : call_error(c, "range error: the timestamp is not in the years 1 to 9999");
}

static struct value duration_or_range(struct call *c, bool ok, struct nanotime d)
{
	return ok ? duration_value(d)
		  : call_error(c, "range error: the duration is over 292 years (64 bits of "
				  "nanoseconds)");
}

static struct value add_timestamp_duration(struct call *c, const struct value *args)
{
	struct nanotime r = {0};
	bool ok = timestamp_add(nanotime_of(args[0]), nanotime_of(args[1]), &r);

	return timestamp_or_range(c, ok, r);
}

static struct value add_duration_timestamp(struct call *c, const struct value *args)
{
	struct value swapped[] = {args[1], args[0]};

	return add_timestamp_duration(c, swapped);
}

static struct value add_durations(struct call *c, const struct value *args)
{
	struct nanotime r = {0};
	bool ok = duration_add(nanotime_of(args[0]), nanotime_of(args[1]), &r);

	return duration_or_range(c, ok, r);
}

static struct value sub_timestamps(struct call *c, const struct value *args)
{
	struct nanotime r = {0};
	bool ok = timestamp_diff(nanotime_of(args[0]), nanotime_of(args[1]), &r);

	return duration_or_range(c, ok, r);
}

static struct value sub_timestamp_duration(struct call *c, const struct value *args)
{
	struct nanotime r = {0};
	bool ok = timestamp_sub(nanotime_of(args[0]), nanotime_of(args[1]), &r);

	return timestamp_or_range(c, ok, r);
}

static struct value sub_durations(struct call *c, const struct value *args)
{
	struct nanotime r = {0};
	bool ok = duration_sub(nanotime_of(args[0]), nanotime_of(args[1]), &r);

	return duration_or_range(c, ok, r);
}

/* ---- parts of a timestamp ---- */

static void *prepare_zone(const struct value *args, size_t n, struct err *ret_problem)
{
	struct zone *z = NULL;
	int32_t fixed;

	if (n != 2 || (args[1].kind != VALUE_STRING && args[1].kind != VALUE_ABSENT))
		return NULL;
	if (args[1].kind == VALUE_ABSENT)
		(void)zone_load_all(NULL); /* without data the call says that the zone is unknown */
	else if (!zone_fixed_parse(value_str(args[1]), &fixed))
		(void)zone_read(ZONE_DIR, value_str(args[1]), &z, ret_problem); /* z stays NULL */
	return z;
}

static void release_zone(void *zone)
{
	zone_free(zone);
}

/* False: *ret_error says why. */
static bool civil_in_zone(struct call *c, const struct value *args, struct civil *ret,
			  struct value *ret_error)
{
	const struct zone *z = c->prepared;
	int32_t offset;

	if (!call_spend_bytes(c, args[1].n)) {
		*ret_error = call_exhausted(c);
		return false;
	}
	if (z || !zone_fixed_parse(value_str(args[1]), &offset)) {
		if (!z)
			z = zone_find(value_str(args[1]));
		if (!z) {
			*ret_error = call_error(c, "time zone \"%.*s\" is not known",
						STR_FMT(str_sub(value_str(args[1]), 0, 64)));
			return false;
		}
		offset = zone_offset(z, args[0].i);
	}
	*ret = civil_of(args[0].i + offset);
	return true;
}

/* NAME(name of the method, what it answers): of struct civil d. */
#define PARTS(NAME)                                                                                \
	NAME(getFullYear, d.year)                                                                  \
	NAME(getMonth, d.month - 1)                                                                \
	NAME(getDate, d.day)                                                                       \
	NAME(getDayOfMonth, d.day - 1)                                                             \
	NAME(getDayOfYear, d.day_of_year)                                                          \
	NAME(getDayOfWeek, d.day_of_week)                                                          \
	NAME(getHours, d.hour)                                                                     \
	NAME(getMinutes, d.minute)                                                                 \
	NAME(getSeconds, d.second)                                                                 \
	NAME(getMilliseconds, args[0].n / 1000000)

/* Each part has two functions: in UTC, and in the zone that is the argument. */
#define PART_FUNCTIONS(name, part)                                                                 \
	static struct value name##_utc(struct call *c, const struct value *args)                   \
	{                                                                                          \
		struct civil d = civil_of(args[0].i);                                              \
                                                                                                   \
		(void)d;                                                                           \
		return value_int(part);                                                            \
	}                                                                                          \
	static struct value name##_zone(struct call *c, const struct value *args)                  \
	{                                                                                          \
		struct civil d;                                                                    \
		struct value error;                                                                \
                                                                                                   \
		if (!civil_in_zone(c, args, &d, &error))                                           \
			return error;                                                              \
		return value_int(part);                                                            \
	}
PARTS(PART_FUNCTIONS)

/* ---- a duration in one unit, cut towards zero ---- */

static struct value hours(struct call *c, const struct value *args)
{
	return value_int(duration_nanos(nanotime_of(args[0])) / INT64_C(3600000000000));
}

static struct value minutes(struct call *c, const struct value *args)
{
	return value_int(duration_nanos(nanotime_of(args[0])) / INT64_C(60000000000));
}

static struct value seconds(struct call *c, const struct value *args)
{
	return value_int(duration_nanos(nanotime_of(args[0])) / 1000000000);
}

/* Unlike the others only what is behind the second. */
static struct value milliseconds(struct call *c, const struct value *args)
{
	return value_int(duration_nanos(nanotime_of(args[0])) % 1000000000 / 1000000);
}

#define PART_ROWS(method, part)                                                                    \
	{.name = #method, .signature = "timestamp.() -> int", .fn = method##_utc},                 \
		{.name = #method,                                                                  \
		 .signature = "timestamp.(string) -> int",                                         \
		 .fn = method##_zone,                                                              \
		 .prepare = prepare_zone,                                                          \
		 .release = release_zone},

static const struct function_row rows[] = {
	{.name = "timestamp", .signature = "(timestamp) -> timestamp", .fn = same},
	{.name = "timestamp", .signature = "(string) -> timestamp", .fn = timestamp_of_string},
	{.name = "timestamp", .signature = "(int) -> timestamp", .fn = timestamp_of_int},
	{.name = "duration", .signature = "(duration) -> duration", .fn = same},
	{.name = "duration", .signature = "(string) -> duration", .fn = duration_of_string},
	{.name = "int", .signature = "(timestamp) -> int", .fn = int_of_timestamp},
	{.name = "string", .signature = "(timestamp) -> string", .fn = string_of_timestamp},
	{.name = "string", .signature = "(duration) -> string", .fn = string_of_duration},
	/* Two durations first, as in cel-go: what is of no known type yet is what fits first. */
	{.name = "_+_", .signature = "(duration, duration) -> duration", .fn = add_durations},
	{.name = "_+_",
	 .signature = "(timestamp, duration) -> timestamp",
	 .fn = add_timestamp_duration},
	{.name = "_+_",
	 .signature = "(duration, timestamp) -> timestamp",
	 .fn = add_duration_timestamp},
	{.name = "_-_", .signature = "(duration, duration) -> duration", .fn = sub_durations},
	{.name = "_-_",
	 .signature = "(timestamp, duration) -> timestamp",
	 .fn = sub_timestamp_duration},
	{.name = "_-_", .signature = "(timestamp, timestamp) -> duration", .fn = sub_timestamps},
	{.name = "getHours", .signature = "duration.() -> int", .fn = hours},
	{.name = "getMinutes", .signature = "duration.() -> int", .fn = minutes},
	{.name = "getSeconds", .signature = "duration.() -> int", .fn = seconds},
	{.name = "getMilliseconds", .signature = "duration.() -> int", .fn = milliseconds},
	PARTS(PART_ROWS)};

const struct library library_time = {.name = "time", .rows = rows, .n_rows = ARRAY_LEN(rows)};
