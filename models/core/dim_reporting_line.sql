-- Every manager above a person and when. Eight levels, written out; a manager who is already in the
-- line (a cycle in the source) ends it.
{% set levels = 8 %}
with

history as (
    select
        person_id,
        manager_id,
        valid_from,
        valid_to
    from {{ ref('dim_person_history') }}
),

-- Neighbouring intervals under the same manager are one.
marked as (
    select
        *,
        case
            when
                lag(manager_id) over (partition by person_id order by valid_from asc nulls last)
                = manager_id
                then 0
            else 1
        end as is_start
    from history
),

grouped as (
    select
        *,
        sum(is_start) over (
            partition by person_id
            order by valid_from asc nulls last
            rows between unbounded preceding and current row
        ) as island
    from marked
),

direct as (
    select
        person_id,
        manager_id,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to
    from grouped
    where manager_id <> '(unassigned)'
    group by person_id, manager_id, island
),

level_1 as (
    select
        person_id,
        manager_id as ancestor_id,
        1 as depth,
        '|' || person_id || '|' || manager_id || '|' as path,
        valid_from,
        valid_to
    from direct
),
{% for level in range(2, levels + 1) %}
    level_{{ level }} as (
        select
            below.person_id,
            direct.manager_id as ancestor_id,
            {{ level }} as depth,
            below.path || direct.manager_id || '|' as path,
            greatest(below.valid_from, direct.valid_from) as valid_from,
            least(below.valid_to, direct.valid_to) as valid_to
        from level_{{ level - 1 }} as below
        inner join direct
            on
                below.ancestor_id = direct.person_id
                and below.valid_from < direct.valid_to
                and below.valid_to > direct.valid_from
        where {{ dbt.position("'|' || direct.manager_id || '|'", 'below.path') }} = 0
    ),
{% endfor %}
final as (
    {% for level in range(1, levels + 1) -%}
        select
            person_id,
            ancestor_id,
            depth,
            valid_from,
            valid_to
        from level_{{ level }}
        {%- if not loop.last %}
            union all
        {% endif -%}
    {% endfor %}
)

select * from final
