/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The extension library `network`: the types net.IP and net.CIDR, as Kubernetes has them.
 *
 * Specification: cel-go's ext/network.go; k8s.io/apiserver, pkg/cel/library/ip.go and cidr.go.
 */
#include "base/cleanup.h"
#include "expr/function.h"
#include "expr/ip.h"

struct ip_object {
	struct object object;
	struct ip ip;
};

struct cidr_object {
	struct object object;
	struct cidr net;
};

static const struct ip *ip_of(const struct object *o)
{
	return &((const struct ip_object *)o)->ip;
}

static const struct cidr *cidr_of(const struct object *o)
{
	return &((const struct cidr_object *)o)->net;
}

/* ---- the types ---- */

static struct str copied(struct call *c, const char *text, size_t n)
{
	char *p = call_bytes(c, n);

	if (p)
		memcpy(p, text, n);
	return str_make(p, p ? n : 0);
}

static bool ip_equal(const struct object *a, const struct object *b)
{
	return ip_eq(ip_of(a), ip_of(b));
}

static struct str ip_text(struct call *c, const struct object *o)
{
	char text[IP_TEXT_MAX];

	return copied(c, text, ip_print(ip_of(o), text));
}

static bool cidr_equal(const struct object *a, const struct object *b)
{
	return cidr_of(a)->bits == cidr_of(b)->bits && ip_eq(&cidr_of(a)->ip, &cidr_of(b)->ip);
}

static struct str cidr_text(struct call *c, const struct object *o)
{
	char text[IP_TEXT_MAX];

	return copied(c, text, cidr_print(cidr_of(o), text));
}

static const struct type type_ip = {.kind = TYPE_ABSTRACT, .name = {"net.IP", 6}};
static const struct type type_cidr = {.kind = TYPE_ABSTRACT, .name = {"net.CIDR", 8}};

static const struct object_class ip_class = {
	.name = "net.IP", .type = &type_ip, .equal = ip_equal, .print = ip_text};
static const struct object_class cidr_class = {
	.name = "net.CIDR", .type = &type_cidr, .equal = cidr_equal, .print = cidr_text};

static struct value ip_value(struct call *c, const struct ip *ip)
{
	struct ip_object *o = call_alloc(c, sizeof *o);

	if (!o)
		return call_exhausted(c);
	*o = (struct ip_object){.object = {.class = &ip_class}, .ip = *ip};
	return value_object(&o->object);
}

static struct value cidr_value(struct call *c, const struct cidr *net)
{
	struct cidr_object *o = call_alloc(c, sizeof *o);

	if (!o)
		return call_exhausted(c);
	*o = (struct cidr_object){.object = {.class = &cidr_class}, .net = *net};
	return value_object(&o->object);
}

/* ---- conversions ---- */

static struct value ip_of_string(struct call *c, const struct value *args)
{
	struct err err = {0};
	struct ip ip;

	if (!call_spend_bytes(c, args[0].n))
		return call_exhausted(c);
	if (ip_parse(value_str(args[0]), &ip, &err) < 0)
		return call_error(c, "%s", err.msg);
	return ip_value(c, &ip);
}

static struct value cidr_of_string(struct call *c, const struct value *args)
{
	struct err err = {0};
	struct cidr net;

	if (!call_spend_bytes(c, args[0].n))
		return call_exhausted(c);
	if (cidr_parse(value_str(args[0]), &net, &err) < 0)
		return call_error(c, "%s", err.msg);
	return cidr_value(c, &net);
}

/* string() of both types. */
static struct value string_of(struct call *c, const struct value *args)
{
	struct str s = args[0].object->class->print(c, args[0].object);

	return s.p ? value_string(s) : call_exhausted(c);
}

static struct value is_ip(struct call *c, const struct value *args)
{
	struct ip ip;

	if (!call_spend_bytes(c, args[0].n))
		return call_exhausted(c);
	return value_bool(ip_parse(value_str(args[0]), &ip, NULL) == 0);
}

static struct value is_cidr(struct call *c, const struct value *args)
{
	struct cidr net;

	if (!call_spend_bytes(c, args[0].n))
		return call_exhausted(c);
	return value_bool(cidr_parse(value_str(args[0]), &net, NULL) == 0);
}

static struct value is_canonical(struct call *c, const struct value *args)
{
	char text[IP_TEXT_MAX];
	struct err err = {0};
	struct ip ip;

	if (!call_spend_bytes(c, args[0].n))
		return call_exhausted(c);
	if (ip_parse(value_str(args[0]), &ip, &err) < 0)
		return call_error(c, "%s", err.msg);
	return value_bool(str_eq(value_str(args[0]), str_make(text, ip_print(&ip, text))));
}

/* ---- questions to an address ---- */

static struct value family(struct call *c, const struct value *args)
{
	return value_int(ip_of(args[0].object)->family);
}

static struct value is_unspecified(struct call *c, const struct value *args)
{
	return value_bool(ip_is_unspecified(ip_of(args[0].object)));
}

static struct value is_loopback(struct call *c, const struct value *args)
{
	return value_bool(ip_is_loopback(ip_of(args[0].object)));
}

static struct value is_link_local_multicast(struct call *c, const struct value *args)
{
	return value_bool(ip_is_link_local_multicast(ip_of(args[0].object)));
}

static struct value is_link_local_unicast(struct call *c, const struct value *args)
{
	return value_bool(ip_is_link_local_unicast(ip_of(args[0].object)));
}

static struct value is_global_unicast(struct call *c, const struct value *args)
{
	return value_bool(ip_is_global_unicast(ip_of(args[0].object)));
}

/* ---- questions to a prefix ---- */

static struct value contains_ip(struct call *c, const struct value *args)
{
	return value_bool(cidr_has_ip(cidr_of(args[0].object), ip_of(args[1].object)));
}

static struct value contains_ip_string(struct call *c, const struct value *args)
{
	struct err err = {0};
	struct ip ip;

	if (ip_parse(value_str(args[1]), &ip, &err) < 0)
		return call_error(c, "%s", err.msg);
	return value_bool(cidr_has_ip(cidr_of(args[0].object), &ip));
}

static struct value contains_cidr(struct call *c, const struct value *args)
{
	return value_bool(cidr_has_cidr(cidr_of(args[0].object), cidr_of(args[1].object)));
}

static struct value contains_cidr_string(struct call *c, const struct value *args)
{
	struct err err = {0};
	struct cidr part;

	if (cidr_parse(value_str(args[1]), &part, &err) < 0)
		return call_error(c, "%s", err.msg);
	return value_bool(cidr_has_cidr(cidr_of(args[0].object), &part));
}

static struct value ip_of_cidr(struct call *c, const struct value *args)
{
	return ip_value(c, &cidr_of(args[0].object)->ip);
}

static struct value masked_cidr(struct call *c, const struct value *args)
{
	struct cidr net = cidr_masked(cidr_of(args[0].object));

	return cidr_value(c, &net);
}

static struct value is_mask(struct call *c, const struct value *args)
{
	struct cidr net = cidr_masked(cidr_of(args[0].object));

	return value_bool(ip_eq(&net.ip, &cidr_of(args[0].object)->ip));
}

static struct value prefix_length(struct call *c, const struct value *args)
{
	return value_int(cidr_of(args[0].object)->bits);
}

#define IP_QUESTION(method, code)                                                                  \
	{                                                                                          \
		.name = (method), .signature = "net.IP.() -> bool", .fn = (code)                   \
	}

static const struct function_row rows[] = {
	{.name = "cidr", .signature = "(string) -> net.CIDR", .fn = cidr_of_string},
	{.name = "containsCIDR", .signature = "net.CIDR.(net.CIDR) -> bool", .fn = contains_cidr},
	{.name = "containsCIDR",
	 .signature = "net.CIDR.(string) -> bool",
	 .fn = contains_cidr_string},
	{.name = "containsIP", .signature = "net.CIDR.(net.IP) -> bool", .fn = contains_ip},
	{.name = "containsIP", .signature = "net.CIDR.(string) -> bool", .fn = contains_ip_string},
	{.name = "family", .signature = "net.IP.() -> int", .fn = family},
	{.name = "ip", .signature = "(string) -> net.IP", .fn = ip_of_string},
	{.name = "ip", .signature = "net.CIDR.() -> net.IP", .fn = ip_of_cidr},
	{.name = "ip.isCanonical", .signature = "(string) -> bool", .fn = is_canonical},
	{.name = "isCIDR", .signature = "(string) -> bool", .fn = is_cidr},
	IP_QUESTION("isGlobalUnicast", is_global_unicast),
	{.name = "isIP", .signature = "(string) -> bool", .fn = is_ip},
	IP_QUESTION("isLinkLocalMulticast", is_link_local_multicast),
	IP_QUESTION("isLinkLocalUnicast", is_link_local_unicast),
	IP_QUESTION("isLoopback", is_loopback),
	{.name = "isMask", .signature = "net.CIDR.() -> bool", .fn = is_mask},
	IP_QUESTION("isUnspecified", is_unspecified),
	{.name = "masked", .signature = "net.CIDR.() -> net.CIDR", .fn = masked_cidr},
	{.name = "prefixLength", .signature = "net.CIDR.() -> int", .fn = prefix_length},
	{.name = "string", .signature = "(net.IP) -> string", .fn = string_of},
	{.name = "string", .signature = "(net.CIDR) -> string", .fn = string_of},
};

static const struct type *const types[] = {&type_ip, &type_cidr};

const struct library library_network = {
	.name = "network",
	.rows = rows,
	.n_rows = ARRAY_LEN(rows),
	.types = types,
	.n_types = ARRAY_LEN(types),
};
