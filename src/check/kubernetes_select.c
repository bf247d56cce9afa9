/* SPDX-License-Identifier: Apache-2.0 */
#include "check/kubernetes_select.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "check/yaml_facts.h"

#define NOBODY UINT32_MAX

/* An object that selects, and whom. */
struct selector {
	struct object_fact *object;
	const struct yaml_node *labels;	     /* matchLabels, or the selector of a Service */
	const struct yaml_node *expressions; /* matchExpressions */
	bool vague;			     /* what it selects is not known: it may be any pod */
	uint32_t next;			     /* in its bucket */
	uint32_t n_pods;
	struct fact_list pods;
};

/* The selectors that ask for one label; each selector is in that of its rarest. */
struct bucket {
	uint32_t n; /* selectors that have the label */
	uint32_t first;
};

struct pair {
	uint32_t selector, pod;
};

struct selecting {
	struct kubernetes_facts *facts;
	struct arena *arena;
	struct selector *all;
	uint32_t n;
	struct map buckets; /* "key=value" */
	uint32_t any;	    /* first of those without labels */
	struct vec pairs;   /* struct pair */
	uint64_t n_compared;
};

/* ---- namespaces ---- */

static bool may_be_same(struct value a, struct value b)
{
	return a.n == 0 || b.n == 0 || str_eq(value_str(a), value_str(b));
}

/* Objects by a text about them and their namespace. */
static int put_named(struct map *m, struct arena *a, struct value namespace, struct str text,
		     void *o)
{
	struct str key = arena_strf(a, "%.*s/%.*s", STR_FMT(value_str(namespace)), STR_FMT(text));
	struct str any = arena_strf(a, "*/%.*s", STR_FMT(text));

	return !key.p || !any.p || map_put(m, key, o) < 0 || map_put(m, any, o) < 0 ? -ERR_NOMEM
										    : 0;
}

static void *get_named(const struct map *m, struct arena *a, struct value namespace,
		       struct str text)
{
	void *o = map_get(m,
			  arena_strf(a, "%.*s/%.*s", STR_FMT(value_str(namespace)), STR_FMT(text)));

	return o ? o : map_get(m, arena_strf(a, "%s/%.*s", namespace.n ? "" : "*", STR_FMT(text)));
}

/* ---- selectors ---- */

static bool is_vague_policy(const struct object_fact *o)
{
	static const char *const kinds[] = {"CiliumNetworkPolicy",
					    "CiliumClusterwideNetworkPolicy",
					    "GlobalNetworkPolicy",
					    "AdminNetworkPolicy",
					    "BaselineAdminNetworkPolicy",
					    "ClusterNetworkPolicy",
					    NULL};
	struct str kind = value_str(o->kind);

	for (size_t i = 0; kinds[i]; i++)
		if (str_is(kind, kinds[i]))
			return true;
	return str_is(kind, "NetworkPolicy") &&
	       str_has_suffix(value_str(o->group), STR("projectcalico.org"));
}

static bool has_selector(struct object_fact *o, struct selector *ret)
{
	const struct yaml_node *spec = yaml_get(o->object.data, "spec");
	struct str kind = value_str(o->kind);
	bool budget = str_is(kind, "PodDisruptionBudget");
	const struct yaml_node *selector =
		yaml_get(spec, str_is(kind, "NetworkPolicy") ? "podSelector" : "selector");

	*ret = (struct selector){.object = o, .next = NOBODY};
	if (is_vague_policy(o))
		return ret->vague = true;
	if (str_is(kind, "Service") && str_is(value_str(o->api_version), "v1")) {
		ret->labels = selector;
		return yaml_len(selector) > 0;
	}
	if (!budget && !str_is(kind, "NetworkPolicy"))
		return false;
	ret->labels = yaml_get(selector, "matchLabels");
	ret->expressions = yaml_get(selector, "matchExpressions");
	return true;
}

/* A budget without a selector is about nobody; a policy without one about all. */
static bool selects_nobody(const struct selector *s)
{
	return str_is(value_str(s->object->kind), "PodDisruptionBudget") &&
	       yaml_kind_of(yaml_get(yaml_get(s->object->object.data, "spec"), "selector")) !=
		       YAML_MAP;
}

static bool lists_value(const struct yaml_node *values, struct str value)
{
	for (size_t i = 0; i < yaml_len(values); i++)
		if (str_eq(yaml_str(yaml_at(values, i)), value))
			return true;
	return false;
}

static bool expression_holds(const struct yaml_node *e, const struct yaml_node *labels)
{
	const struct yaml_node *label = yaml_find(labels, yaml_get_str(e, "key"));
	const struct yaml_node *values = yaml_get(e, "values");
	struct str operator= yaml_get_str(e, "operator");

	if (str_is(operator, "Exists"))
		return label != NULL;
	if (str_is(operator, "DoesNotExist"))
		return label == NULL;
	if (str_is(operator, "NotIn"))
		return !label || !lists_value(values, yaml_str(label));
	return label && lists_value(values, yaml_str(label));
}

static bool selects(const struct selector *s, const struct pod_fact *pod)
{
	const struct yaml_node *labels = yaml_fact_node(pod->labels), *key, *value;

	if (!may_be_same(s->object->namespace, pod->namespace))
		return false;
	if (s->vague)
		return true;
	for (size_t i = 0; yaml_entry(s->labels, i, &key, &value); i++) {
		const struct yaml_node *label = yaml_find(labels, yaml_str(key));

		if (!label || !str_eq(yaml_str(label), yaml_str(value)))
			return false;
	}
	for (size_t i = 0; i < yaml_len(s->expressions); i++)
		if (!expression_holds(yaml_at(s->expressions, i), labels))
			return false;
	return !selects_nobody(s);
}

/* ---- buckets ---- */

static struct str label_key(const struct selecting *s, const struct yaml_node *key,
			    const struct yaml_node *value)
{
	return arena_strf(s->arena, "%.*s=%.*s", STR_FMT(yaml_str(key)), STR_FMT(yaml_str(value)));
}

static struct bucket *bucket_of(struct selecting *s, struct str key)
{
	struct bucket *b = map_get(&s->buckets, key);

	if (b)
		return b;
	b = key.p ? arena_alloc(s->arena, sizeof *b) : NULL;
	if (!b || map_put(&s->buckets, key, b) < 0)
		return NULL;
	b->first = NOBODY;
	return b;
}

static bool count_labels(struct selecting *s, const struct selector *of)
{
	const struct yaml_node *key, *value;

	for (size_t i = 0; yaml_entry(of->labels, i, &key, &value); i++) {
		struct bucket *b = bucket_of(s, label_key(s, key, value));

		if (!b)
			return false;
		b->n++;
	}
	return true;
}

/* Filled from the end, so that each bucket begins with its first object. */
static void put_in_bucket(struct selecting *s, uint32_t place)
{
	struct selector *of = &s->all[place];
	const struct yaml_node *key, *value;
	struct bucket *rarest = NULL;
	uint32_t *first;

	for (size_t i = 0; yaml_entry(of->labels, i, &key, &value); i++) {
		struct bucket *b = map_get(&s->buckets, label_key(s, key, value));

		if (b && (!rarest || b->n < rarest->n))
			rarest = b;
	}
	first = rarest ? &rarest->first : &s->any;
	of->next = *first;
	*first = place;
}

static int find_selectors(struct selecting *s)
{
	s->all = arena_array(s->arena, s->facts->n_objects + 1, sizeof *s->all);
	if (!s->all)
		return -ERR_NOMEM;
	for (size_t i = 0; i < s->facts->n_objects; i++)
		s->n += has_selector(s->facts->objects[i], &s->all[s->n]);
	for (uint32_t i = 0; i < s->n; i++)
		if (!count_labels(s, &s->all[i]))
			return -ERR_NOMEM;
	for (uint32_t i = s->n; i > 0; i--)
		put_in_bucket(s, i - 1);
	return 0;
}

/* ---- pairs ---- */

static struct pod_fact *pod_at(const struct kubernetes_facts *facts, uint32_t i)
{
	return (struct pod_fact *)(uintptr_t)facts->set.pods.items[i].object; /* ours, being made */
}

/* ERR_LIMIT: there are too many. */
static int compare_with(struct selecting *s, uint32_t first, uint32_t pod)
{
	for (uint32_t i = first; i != NOBODY; i = s->all[i].next) {
		struct pair *p;

		if (++s->n_compared > LIMIT_KUBERNETES_SELECTIONS)
			return -ERR_LIMIT;
		if (!selects(&s->all[i], pod_at(s->facts, pod)))
			continue;
		p = vec_push(&s->pairs);
		if (!p)
			return -ERR_NOMEM;
		*p = (struct pair){i, pod};
		s->all[i].n_pods++;
	}
	return 0;
}

static int compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	return x->pod != y->pod ? (x->pod > y->pod) - (x->pod < y->pod)
				: (x->selector > y->selector) - (x->selector < y->selector);
}

static int find_pairs(struct selecting *s)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < s->facts->set.pods.n; i++) {
		const struct yaml_node *labels = yaml_fact_node(pod_at(s->facts, i)->labels), *key,
				       *value;

		r = compare_with(s, s->any, i);
		for (size_t k = 0; r == 0 && yaml_entry(labels, k, &key, &value); k++) {
			const struct bucket *b = map_get(&s->buckets, label_key(s, key, value));

			r = b ? compare_with(s, b->first, i) : 0;
		}
	}
	vec_sort(&s->pairs, compare_pairs);
	return r;
}

/* Both ways at once: whom each selector has, who has each pod. */
static void tell_pairs(struct selecting *s)
{
	const struct pair *pairs = s->pairs.p;
	size_t at = 0;

	for (uint32_t i = 0; i < s->n; i++)
		s->all[i].pods = fact_list_make(s->arena, s->all[i].n_pods);
	for (uint32_t i = 0; i < s->facts->set.pods.n; i++) {
		struct pod_fact *pod = pod_at(s->facts, i);
		struct fact_list by;
		size_t end = at;

		while (end < s->pairs.n && pairs[end].pod == i)
			end++;
		by = fact_list_make(s->arena, end - at);
		for (; at < end; at++) {
			struct selector *of = &s->all[pairs[at].selector];

			fact_list_add(&by, value_object(&of->object->object));
			fact_list_add(&of->pods, value_object(&pod->object));
		}
		pod->selected_by = fact_list_value(&by);
	}
	for (uint32_t i = 0; i < s->n; i++)
		if (!s->all[i].vague)
			s->all[i].object->selected = fact_list_value(&s->all[i].pods);
}

static int select_pods(struct kubernetes_facts *facts, struct arena *a)
{
	struct selecting s = {.facts = facts,
			      .arena = a,
			      .any = NOBODY,
			      .pairs = VEC_INIT(struct pair, LIMIT_KUBERNETES_SELECTIONS)};
	int r;

	map_init(&s.buckets, SIZE_MAX);
	r = find_selectors(&s);
	if (r == 0)
		r = find_pairs(&s);
	if (r == 0)
		tell_pairs(&s);
	facts->unselected = r == -ERR_LIMIT;
	vec_done(&s.pairs);
	map_done(&s.buckets);
	return r == -ERR_LIMIT ? 0 : r;
}

/* ---- accounts ---- */

static int find_accounts(const struct kubernetes_facts *facts, struct map *ret, struct arena *a)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_objects; i++) {
		struct object_fact *o = facts->objects[i];

		if (str_is(value_str(o->kind), "ServiceAccount"))
			r = put_named(ret, a, o->namespace, value_str(o->name), o);
	}
	return r;
}

static void join_account(struct pod_fact *pod, const struct map *accounts, struct arena *a)
{
	struct str name = pod->service_account.n ? value_str(pod->service_account) : STR("default");
	const struct object_fact *account = get_named(accounts, a, pod->namespace, name);
	const struct yaml_node *own;
	struct yaml_fact unused;

	if (!account)
		return;
	pod->account = value_object(&account->object);
	own = yaml_get(account->object.data, "automountServiceAccountToken");
	if (pod->automount.kind == VALUE_NULL && yaml_kind_of(own) == YAML_SCALAR)
		pod->automount = yaml_fact_init(&unused, own);
}

static int join_accounts(struct kubernetes_facts *facts, struct arena *a)
{
	struct map accounts;
	int r;

	map_init(&accounts, SIZE_MAX);
	r = find_accounts(facts, &accounts, a);
	for (uint32_t i = 0; r == 0 && i < facts->set.pods.n; i++)
		join_account(pod_at(facts, i), &accounts, a);
	map_done(&accounts);
	return r;
}

/* ---- what is scaled ---- */

static struct str scaled_key(struct arena *a, struct str kind, struct str name)
{
	return arena_strf(a, "%.*s/%.*s", STR_FMT(kind.n ? kind : STR("Deployment")),
			  STR_FMT(name));
}

static int mark_scaled(struct kubernetes_facts *facts, struct arena *a)
{
	struct map scalers;
	int r = 0;

	map_init(&scalers, SIZE_MAX);
	for (size_t i = 0; r == 0 && i < facts->n_objects; i++) {
		struct object_fact *o = facts->objects[i];
		struct str kind = value_str(o->kind);
		const struct yaml_node *target =
			yaml_get(yaml_get(o->object.data, "spec"), "scaleTargetRef");

		if (str_is(kind, "HorizontalPodAutoscaler") || str_is(kind, "ScaledObject"))
			r = put_named(&scalers, a, o->namespace,
				      scaled_key(a, yaml_get_str(target, "kind"),
						 yaml_get_str(target, "name")),
				      o);
	}
	for (size_t i = 0; r == 0 && scalers.n && i < facts->n_objects; i++) {
		struct object_fact *o = facts->objects[i];

		o->scaled = value_bool(
			get_named(&scalers, a, o->namespace,
				  scaled_key(a, value_str(o->kind), value_str(o->name))) != NULL);
	}
	map_done(&scalers);
	return r;
}

/* ---- kinds ---- */

struct kinds {
	struct vec list; /* struct value */
};

/* Of each namespace, of no namespace (""), and of all ("*"). */
static int add_kind(struct map *by_namespace, struct map *seen, struct arena *a,
		    struct str namespace, struct value kind)
{
	struct kinds *k = map_get(by_namespace, namespace);
	struct str key = arena_strf(a, "%.*s/%.*s", STR_FMT(namespace), STR_FMT(value_str(kind)));
	struct value *slot;

	if (!key.p)
		return -ERR_NOMEM;
	if (map_get(seen, key))
		return 0;
	if (!k) {
		k = arena_alloc(a, sizeof *k);
		if (!k)
			return -ERR_NOMEM;
		k->list = (struct vec)VEC_INIT(struct value, SIZE_MAX);
		if (map_put(by_namespace, namespace, k) < 0)
			return -ERR_NOMEM;
	}
	slot = vec_push(&k->list);
	if (!slot || map_put(seen, key, k) < 0)
		return -ERR_NOMEM;
	*slot = kind;
	return 0;
}

static struct value list_kinds(const struct map *by_namespace, struct str one, struct str other,
			       struct arena *a)
{
	const struct kinds *from[] = {map_get(by_namespace, one), map_get(by_namespace, other)};
	size_t n[] = {from[0] ? from[0]->list.n : 0, from[1] ? from[1]->list.n : 0};
	struct fact_list l = fact_list_make(a, n[0] + n[1]);

	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < n[i]; k++)
			fact_list_add(&l, *(const struct value *)vec_at(&from[i]->list, k));
	return fact_list_value(&l);
}

static int gather_kinds(const struct kubernetes_facts *facts, struct map *by_namespace,
			struct map *seen, struct arena *a)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < facts->n_objects; i++) {
		const struct object_fact *o = facts->objects[i];

		r = add_kind(by_namespace, seen, a, STR("*"), o->kind);
		if (r == 0 && o->namespaced.b)
			r = add_kind(by_namespace, seen, a, value_str(o->namespace), o->kind);
	}
	return r;
}

static int tell_kinds(struct kubernetes_facts *facts, struct arena *a)
{
	struct map by_namespace, seen;
	struct str namespace;
	size_t at = 0;
	void *kinds;
	int r;

	map_init(&by_namespace, SIZE_MAX);
	map_init(&seen, SIZE_MAX);
	r = gather_kinds(facts, &by_namespace, &seen, a);
	facts->set.kinds = list_kinds(&by_namespace, STR("*"), STR_NULL, a);
	for (size_t i = 0; r == 0 && i < facts->n_objects; i++)
		if (str_is(value_str(facts->objects[i]->kind), "Namespace"))
			facts->objects[i]->contains = list_kinds(
				&by_namespace, value_str(facts->objects[i]->name), STR(""), a);
	while (map_next(&by_namespace, &at, &namespace, &kinds))
		vec_done(&((struct kinds *)kinds)->list);
	map_done(&by_namespace);
	map_done(&seen);
	return r;
}

int kubernetes_select(struct kubernetes_facts *facts, struct arena *a, struct err *err)
{
	int r = join_accounts(facts, a);

	if (r == 0)
		r = mark_scaled(facts, a);
	if (r == 0)
		r = tell_kinds(facts, a);
	if (r == 0)
		r = select_pods(facts, a);
	return r < 0 ? err_nomem(err) : arena_check(a, err);
}
