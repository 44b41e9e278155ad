-- From which day on each system's rows are kept: what was dated before was removed because of its
-- age, so nothing that rests on earlier days is whole. A system that lost nothing has no row.
with

expired as (
    select * from {{ ref('stg_halftime__expired') }}
),

systems as (
    {% for system in var('systems') %}
        {% set entities = var('systems')[system].entities or [] %}
        {% set tells = [] %}
        {% for entity in ['session', 'action', 'calendar_event'] if entity in entities %}
            {% do tells.append(entity) %}
        {% endfor %}
        select
            '{{ system }}' as source_system,
            {{ 'true' if tells else 'false' }} as has_coaching,
            {{ 'true' if 'opportunity' in entities else 'false' }} as has_deals
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        systems.source_system,
        systems.has_coaching,
        systems.has_deals,
        max(expired.retained_from_date) as retained_from_date,
        min(
            case
                when
                    expired.object in ('session', 'log', 'form', 'matrix', 'answered_scorecard')
                    then expired.first_date
            end
        ) as coaching_began_date,
        cast(sum(expired.expired_row_count) as bigint) as expired_row_count
    from systems
    inner join expired on systems.source_system = expired.source_system
    group by systems.source_system, systems.has_coaching, systems.has_deals
)

select * from final
