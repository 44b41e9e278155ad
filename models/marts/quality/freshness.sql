-- How old the news of each object is on the as-of date, by its own dates.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

files as (
    select
        source_system,
        object,
        sum(case when file_status = 'landed' then 1 else 0 end) as landed_file_count,
        max(case when file_status = 'landed' then load_id end) as last_load_id,
        max(case when file_status = 'landed' then landed_at end) as last_landed_at
    from {{ ref('file') }}
    where file_status <> 'unknown'
    group by source_system, object
),

events as (
    {% for relation, event_date in [
        ('stg_coaching_log__action', 'coalesce(completed_date, created_date)'),
        ('stg_coaching_log__attendee', 'cast(null as date)'),
        ('stg_coaching_log__policy', 'valid_from'),
        ('stg_coaching_log__session', 'session_date'),
        ('stg_people__alias', 'valid_from'),
        ('stg_people__roster', 'valid_from'),
        ('stg_salesforce__account', reporting_date('version_at')),
        ('stg_salesforce__event', reporting_date('coalesce(modified_at, created_at)')),
        ('stg_salesforce__opportunity', reporting_date('version_at')),
        ('stg_salesforce__opportunity_history', reporting_date('created_at')),
        ('stg_salesforce__task', reporting_date('coalesce(modified_at, created_at)')),
        ('stg_salesforce__user', reporting_date('version_at')),
        ('stg_salesforce__user_role', reporting_date('version_at')),
        ('stg_tabular__account', 'cast(null as date)'),
        ('stg_tabular__activity', reporting_date('occurred_at')),
        (
            'stg_tabular__opportunity',
            'coalesce(' ~ reporting_date('modified_at') ~ ', created_date)',
        ),
        ('stg_tabular__person', 'valid_from'),
        ('stg_tabular__product', 'cast(null as date)'),
        ('stg_tabular__quota', 'period_start'),
    ] %}
        select
            '{{ relation.split('__')[0][4:] }}' as source_system,
            '{{ relation.split('__')[1] }}' as object,
            max(
                case when {{ event_date }} <= clock.as_of_date then {{ event_date }} end
            ) as latest_event_date,
            count(*) as accepted_rows
        from {{ ref(relation) }} as staged
        cross join clock
        where staged.row_status = 'accepted'
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

final as (
    select
        files.source_system,
        files.object,
        cast(files.landed_file_count as bigint) as landed_file_count,
        cast(coalesce(events.accepted_rows, 0) as bigint) as accepted_rows,
        events.latest_event_date,
        cast({{ dbt.datediff('events.latest_event_date', 'clock.as_of_date', 'day') }} as integer)
            as days_behind,
        files.last_load_id as load_id,
        files.last_landed_at as landed_at
    from files
    cross join clock
    left join events
        on
            files.source_system = events.source_system
            and files.object = events.object
)

select * from final
