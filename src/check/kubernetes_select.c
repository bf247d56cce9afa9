/* SPDX-License-Identifier: Apache-2.0 */
#include "check/kubernetes_select.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "check/yaml_facts.h"

/* An object that selects, and whom. */
struct selector {
	struct object_fact *object;
	const struct yaml_node *labels;	     /* matchLabels, or the selector of a Service */
	const struct yaml_node *expressions; /* matchExpressions */
	struct fact_list pods;
};

static struct str namespace_of(struct value v)
{
	return v.n ? value_str(v) : STR("default");
}

static bool has_selector(const struct object_fact *o, struct selector *ret)
{
	const struct yaml_node *spec = yaml_get(o->object.data, "spec");
	struct str kind = value_str(o->kind);
	const struct yaml_node *selector =
		yaml_get(spec, str_is(kind, "NetworkPolicy") ? "podSelector" : "selector");

	if (str_is(kind, "Service") && str_is(value_str(o->api_version), "v1")) {
		*ret = (struct selector){.labels = selector};
		return yaml_len(selector) > 0;
	}
	if (!str_is(kind, "NetworkPolicy") && !str_is(kind, "PodDisruptionBudget"))
		return false;
	*ret = (struct selector){.labels = yaml_get(selector, "matchLabels"),
				 .expressions = yaml_get(selector, "matchExpressions")};
	return true;
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

	if (!str_eq(namespace_of(s->object->namespace), namespace_of(pod->namespace)))
		return false;
	for (size_t i = 0; yaml_entry(s->labels, i, &key, &value); i++) {
		const struct yaml_node *label = yaml_find(labels, yaml_str(key));

		if (!label || !str_eq(yaml_str(label), yaml_str(value)))
			return false;
	}
	for (size_t i = 0; i < yaml_len(s->expressions); i++)
		if (!expression_holds(yaml_at(s->expressions, i), labels))
			return false;
	return true;
}

static size_t find_selectors(const struct kubernetes_facts *facts, struct selector *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < facts->n_objects; i++)
		if (has_selector(facts->objects[i], &ret[n]))
			ret[n++].object = facts->objects[i];
	return n;
}

static struct pod_fact *pod_at(const struct kubernetes_facts *facts, uint32_t i)
{
	return (struct pod_fact *)(uintptr_t)facts->set.pods.items[i].object; /* ours, being made */
}

/* Both ways at once: whom each selector has, who has each pod. */
static int select_pods(struct kubernetes_facts *facts, struct arena *a, struct err *err)
{
	uint32_t n_pods = facts->set.pods.n;
	struct selector *all = arena_array(a, facts->n_objects + 1, sizeof *all);
	size_t n = all ? find_selectors(facts, all) : 0;

	if (!all)
		return err_nomem(err);
	if (n_pods && n > LIMIT_KUBERNETES_SELECTIONS / n_pods)
		return 0; /* told by unset fields */
	for (uint32_t i = 0; i < n_pods; i++) {
		struct pod_fact *pod = pod_at(facts, i);
		struct fact_list by = fact_list_make(a, n);

		for (size_t k = 0; k < n; k++) {
			if (!all[k].pods.p)
				all[k].pods = fact_list_make(a, n_pods);
			if (!selects(&all[k], pod))
				continue;
			fact_list_add(&by, value_object(&all[k].object->object));
			fact_list_add(&all[k].pods, value_object(&pod->object));
		}
		pod->selected_by = fact_list_value(&by);
	}
	for (size_t k = 0; k < n; k++)
		all[k].object->selected = fact_list_value(&all[k].pods);
	return arena_check(a, err);
}

static struct str account_key(struct arena *a, struct value namespace, struct str name)
{
	return arena_strf(a, "%.*s/%.*s", STR_FMT(namespace_of(namespace)), STR_FMT(name));
}

static int find_accounts(struct kubernetes_facts *facts, struct map *ret, struct arena *a,
			 struct err *err)
{
	for (size_t i = 0; i < facts->n_objects; i++) {
		struct object_fact *o = facts->objects[i];
		struct str key;

		if (!str_is(value_str(o->kind), "ServiceAccount"))
			continue;
		key = account_key(a, o->namespace, value_str(o->name));
		if (!key.p || map_put(ret, key, o) < 0)
			return err_nomem(err);
	}
	return 0;
}

static void join_account(struct pod_fact *pod, const struct map *accounts, struct arena *a)
{
	struct str name = pod->service_account.n ? value_str(pod->service_account) : STR("default");
	const struct object_fact *account = map_get(accounts, account_key(a, pod->namespace, name));
	const struct yaml_node *own;
	struct yaml_fact unused;

	if (!account)
		return;
	pod->account = value_object(&account->object);
	own = yaml_get(account->object.data, "automountServiceAccountToken");
	if (pod->automount.kind == VALUE_NULL && yaml_kind_of(own) == YAML_SCALAR)
		pod->automount = yaml_fact_init(&unused, own);
}

int kubernetes_select(struct kubernetes_facts *facts, struct arena *a, struct err *err)
{
	struct map accounts;
	int r;

	map_init(&accounts, LIMIT_KUBERNETES_OBJECTS);
	r = find_accounts(facts, &accounts, a, err);
	for (uint32_t i = 0; r == 0 && i < facts->set.pods.n; i++)
		join_account(pod_at(facts, i), &accounts, a);
	map_done(&accounts);
	return r < 0 ? r : select_pods(facts, a, err);
}
