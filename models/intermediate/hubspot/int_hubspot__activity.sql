-- Every call, meeting, e-mail, note, task and message as an activity. An engagement of which only
-- the head was exported counts by its type. A task to call somebody is a task, not a call.
with

details as (
    select
        engagement_id,
        'call' as type_text,
        owner_alias,
        deal_ids,
        company_ids,
        contact_ids,
        case upper(direction) when 'INBOUND' then 'inbound' when 'OUTBOUND' then 'outbound' end
            as direction,
        occurred_at,
        cast(ceil(cast(duration_milliseconds as double) / cast(60000 as double)) as integer)
            as duration_minutes,
        coalesce(
            upper(status) not in (
                'BUSY', 'CALLING_CRM_USER', 'CANCELED', 'CONNECTING', 'FAILED', 'MISSED',
                'NO_ANSWER', 'QUEUED', 'RINGING'
            ),
            true
        ) as is_completed,
        created_at,
        modified_at,
        synced_at,
        coalesce(is_deleted, false) as is_deleted,
        _source_file,
        _source_row
    from {{ ref('stg_hubspot__engagement_call') }}
    where row_status = 'accepted'

    union all

    select
        engagement_id,
        'meeting' as type_text,
        owner_alias,
        deal_ids,
        company_ids,
        contact_ids,
        case
            when coalesce(upper(outcome), 'COMPLETED') in ('COMPLETED', 'SCHEDULED')
                then 'two_way'
        end as direction,
        coalesce(start_at, occurred_at) as occurred_at,
        case
            when end_at >= start_at
                then cast({{ dbt.datediff('start_at', 'end_at', 'minute') }} as integer)
        end as duration_minutes,
        coalesce(upper(outcome), 'COMPLETED') in ('COMPLETED', 'SCHEDULED') as is_completed,
        created_at,
        modified_at,
        synced_at,
        coalesce(is_deleted, false) as is_deleted,
        _source_file,
        _source_row
    from {{ ref('stg_hubspot__engagement_meeting') }}
    where row_status = 'accepted'

    union all

    select
        engagement_id,
        'email' as type_text,
        owner_alias,
        deal_ids,
        company_ids,
        contact_ids,
        case upper(direction) when 'INCOMING_EMAIL' then 'inbound' when 'EMAIL' then 'outbound' end
            as direction,
        occurred_at,
        cast(null as integer) as duration_minutes,
        coalesce(upper(status) not in ('BOUNCED', 'FAILED', 'SCHEDULED', 'SENDING'), true)
            as is_completed,
        created_at,
        modified_at,
        synced_at,
        coalesce(is_deleted, false) as is_deleted,
        _source_file,
        _source_row
    from {{ ref('stg_hubspot__engagement_email') }}
    where row_status = 'accepted'

    union all

    select
        engagement_id,
        'note' as type_text,
        owner_alias,
        deal_ids,
        company_ids,
        contact_ids,
        cast(null as {{ dbt.type_string() }}) as direction,
        occurred_at,
        cast(null as integer) as duration_minutes,
        true as is_completed,
        created_at,
        modified_at,
        synced_at,
        coalesce(is_deleted, false) as is_deleted,
        _source_file,
        _source_row
    from {{ ref('stg_hubspot__engagement_note') }}
    where row_status = 'accepted'

    union all

    select
        engagement_id,
        'task' as type_text,
        owner_alias,
        deal_ids,
        company_ids,
        contact_ids,
        cast(null as {{ dbt.type_string() }}) as direction,
        coalesce(completed_at, occurred_at) as occurred_at,
        cast(null as integer) as duration_minutes,
        coalesce(upper(status) = 'COMPLETED', completed_at is not null) as is_completed,
        created_at,
        modified_at,
        synced_at,
        coalesce(is_deleted, false) as is_deleted,
        _source_file,
        _source_row
    from {{ ref('stg_hubspot__engagement_task') }}
    where row_status = 'accepted'

    union all

    select
        engagement_id,
        'message' as type_text,
        owner_alias,
        deal_ids,
        company_ids,
        contact_ids,
        cast(null as {{ dbt.type_string() }}) as direction,
        occurred_at,
        cast(null as integer) as duration_minutes,
        true as is_completed,
        created_at,
        modified_at,
        synced_at,
        coalesce(is_deleted, false) as is_deleted,
        _source_file,
        _source_row
    from {{ ref('stg_hubspot__engagement_communication') }}
    where row_status = 'accepted'
),

heads as (
    select
        *,
        case
            when lower(engagement_type) like '%call%' then 'call'
            when lower(engagement_type) like '%meeting%' then 'meeting'
            when lower(engagement_type) like '%email%' then 'email'
            when lower(engagement_type) like '%task%' then 'task'
            when lower(engagement_type) like '%note%' then 'note'
            else 'message'
        end as type_text
    from {{ ref('stg_hubspot__engagement') }}
    where row_status = 'accepted'
),

ranked as (
    select
        *,
        row_number() over (
            partition by engagement_id
            order by type_text asc, _source_file asc, _source_row asc
        ) as choice
    from details
),

engagements as (
    select
        d.engagement_id,
        d.type_text,
        coalesce(d.owner_alias, h.owner_alias) as owner_alias,
        d.deal_ids,
        d.company_ids,
        d.contact_ids,
        d.direction,
        coalesce(d.occurred_at, h.occurred_at) as occurred_at,
        d.duration_minutes,
        d.is_completed,
        coalesce(d.created_at, h.created_at) as created_at,
        coalesce(d.modified_at, h.modified_at) as modified_at,
        coalesce(d.synced_at, h.synced_at) as synced_at,
        d.is_deleted or coalesce(h.is_deleted, false) as is_deleted,
        d._source_file,
        d._source_row
    from ranked as d
    left join heads as h
        on d.engagement_id = h.engagement_id
    where d.choice = 1

    union all

    select
        h.engagement_id,
        h.type_text,
        h.owner_alias,
        cast(null as {{ dbt.type_string() }}) as deal_ids,
        cast(null as {{ dbt.type_string() }}) as company_ids,
        cast(null as {{ dbt.type_string() }}) as contact_ids,
        case when h.type_text = 'meeting' then 'two_way' end as direction,
        h.occurred_at,
        cast(null as integer) as duration_minutes,
        h.type_text <> 'task' as is_completed,
        h.created_at,
        h.modified_at,
        h.synced_at,
        coalesce(h.is_deleted, false) as is_deleted,
        h._source_file,
        h._source_row
    from heads as h
    left join details as d
        on h.engagement_id = d.engagement_id
    where d.engagement_id is null
),

-- Of several records that an engagement is associated with, the oldest (the shortest, lowest id).
{% for target in ['deal', 'company', 'contact'] -%}
    {{ target }}_ranked as (
        select
            engagement_id,
            {{ target }}_id,
            row_number() over (
                partition by engagement_id
                order by length({{ target }}_id) asc, {{ target }}_id asc
            ) as choice
        from {{ ref('stg_hubspot__engagement_' ~ target) }}
        where row_status = 'accepted' and not coalesce(is_deleted, false)
    ),

{% endfor -%}
final as (
    select
        'hubspot' as source_system,
        'hubspot:' || e.engagement_id as activity_id,
        e.type_text,
        'other' as type_default,
        e.owner_alias,
        coalesce(d.deal_id, {{ clean_text("split_part(e.deal_ids, ';', 1)") }})
            as opportunity_alias,
        coalesce(c.company_id, {{ clean_text("split_part(e.company_ids, ';', 1)") }})
            as account_alias,
        coalesce(p.contact_id, {{ clean_text("split_part(e.contact_ids, ';', 1)") }})
            as contact_alias,
        e.direction,
        {{ reporting_date('coalesce(e.occurred_at, e.created_at, e.synced_at)') }}
            as activity_date,
        e.occurred_at,
        e.duration_minutes,
        e.is_completed,
        {{ reporting_date('e.created_at') }} as created_date,
        {{ reporting_date('e.modified_at') }} as modified_date,
        e.is_deleted,
        e._source_file,
        e._source_row
    from engagements as e
    left join deal_ranked as d
        on e.engagement_id = d.engagement_id and d.choice = 1
    left join company_ranked as c
        on e.engagement_id = c.engagement_id and c.choice = 1
    left join contact_ranked as p
        on e.engagement_id = p.engagement_id and p.choice = 1
)

select * from final
