-- What dbt_project.yml says of the source systems: whom to believe about people (1 is believed
-- first), and whose people are a sheet of a sales team, whose managers are only named.
with

final as (
    {% for system in var('systems') -%}
        {% set parts = var('systems')[system] -%}
        select
            '{{ system }}' as source_system,
            {{ parts.identity_rank or 99 }} as identity_rank,
            {{ parts.organisation_rank or parts.identity_rank or 99 }} as organisation_rank,
            {{ 'true' if parts.is_team_sheet else 'false' }} as is_team_sheet
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
